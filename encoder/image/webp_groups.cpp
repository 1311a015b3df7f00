#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "encoder/image/byte_reader_internal.h"
#include "encoder/image/webp_groups_internal.h"

// The names are those of "Specification for WebP Lossless Bitstream".
namespace simdb {
namespace {

[[noreturn]] void refuse() { throw std::runtime_error("the image data is damaged"); }

// Least significant bit first.
class BitReader {
 public:
  explicit BitReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint32_t read(std::uint32_t bits) {
    std::uint32_t value = 0;
    for (std::uint32_t i = 0; i < bits; ++i, ++at_) {
      if (at_ / 8 >= bytes_.size()) refuse();
      value |= (std::to_integer<std::uint32_t>(bytes_[at_ / 8]) >> at_ % 8 & 1) << i;
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  std::uint64_t at_ = 0;
};

// A canonical Huffman code, decoded bit by bit; one symbol alone takes no bits.
class Code {
 public:
  explicit Code(std::span<const std::uint8_t> lengths) {
    std::int64_t free = 1;
    for (std::uint32_t length = 1; length < counts_.size(); ++length) {
      const std::size_t before = symbols_.size();
      for (std::uint32_t symbol = 0; symbol < lengths.size(); ++symbol) {
        if (lengths[symbol] == length) symbols_.push_back(symbol);
      }
      counts_[length] = static_cast<std::uint32_t>(symbols_.size() - before);
      free = 2 * free - counts_[length];
    }
    if (symbols_.empty() || (takes_bits() && free != 0)) refuse();
  }

  bool takes_bits() const { return symbols_.size() > 1; }
  std::uint32_t read(BitReader& bits) const {
    if (!takes_bits()) return symbols_.front();
    std::uint32_t code = 0;
    std::uint32_t first = 0;  // code of this length, and the place of its symbol
    std::uint32_t place = 0;
    for (const std::uint32_t count : std::span(counts_).subspan(1)) {
      code = code << 1 | bits.read(1);
      first <<= 1;
      if (code < first + count) return symbols_[place + code - first];
      first += count;
      place += count;
    }
    refuse();
  }

 private:
  std::array<std::uint32_t, 16> counts_{};  // of each length
  std::vector<std::uint32_t> symbols_;
};

void read_lengths(BitReader& bits, std::span<std::uint8_t> lengths) {
  static constexpr std::array<std::uint8_t, 19> kOrder = {17, 18, 0, 1,  2,  3,  4,  5,  16, 6,
                                                          7,  8,  9, 10, 11, 12, 13, 14, 15};
  std::array<std::uint8_t, kOrder.size()> code_lengths{};
  const std::uint32_t count = 4 + bits.read(4);
  for (std::uint32_t i = 0; i < count; ++i) {
    code_lengths[kOrder[i]] = static_cast<std::uint8_t>(bits.read(3));
  }
  const Code code(code_lengths);
  std::size_t symbols = bits.read(1) != 0 ? 2 + bits.read(2 + 2 * bits.read(3)) : lengths.size();
  if (symbols > lengths.size()) refuse();
  std::uint8_t previous = 8;
  for (std::size_t at = 0; at < lengths.size() && symbols > 0; --symbols) {
    const auto length = static_cast<std::uint8_t>(code.read(bits));
    const std::size_t times = length < 16    ? 1
                              : length == 16 ? 3 + bits.read(2)
                              : length == 17 ? 3 + bits.read(3)
                                             : 11 + bits.read(7);
    if (times > lengths.size() - at) refuse();
    if (length > 0 && length < 16) previous = length;
    std::fill_n(&lengths[at], times, length == 16 ? previous : length > 16 ? 0 : length);
    at += times;
  }
}

Code read_code(BitReader& bits, std::size_t alphabet) {
  // A simple code may name any byte, whatever the alphabet.
  std::vector<std::uint8_t> lengths(std::max<std::size_t>(alphabet, 256));
  if (bits.read(1) == 0) {
    read_lengths(bits, std::span(lengths).first(alphabet));
  } else {
    const bool two = bits.read(1) != 0;
    lengths[bits.read(bits.read(1) != 0 ? 8 : 1)] = 1;
    if (two) lengths[bits.read(8)] = 1;
  }
  return Code(std::span(lengths).first(alphabet));
}

std::uint32_t read_cache_size(BitReader& bits) {
  const std::uint32_t width = bits.read(1) != 0 ? bits.read(4) : 0;
  if (width > 11) refuse();
  return width == 0 ? 0 : 1U << width;
}

// A length or a distance.
std::uint64_t read_prefixed(BitReader& bits, std::uint32_t symbol) {
  if (symbol < 4) return symbol + 1;
  const std::uint32_t extra = (symbol - 2) >> 1;
  return ((std::uint64_t{2} + (symbol & 1)) << extra) + bits.read(extra) + 1;
}

// Reads a picture without pictures inside; the largest red << 8 | green of its pixels. Copies of
// pixels and cached colours can't be larger than what they repeat.
std::uint32_t read_picture(BitReader& bits, std::uint64_t pixels, const DecodeBudget& budget) {
  constexpr std::uint32_t kBytes = 256;
  constexpr std::uint32_t kLengthCodes = 24;
  constexpr std::uint32_t kPixelsPerLook = 4096;
  const std::uint32_t cache = read_cache_size(bits);
  const Code green = read_code(bits, kBytes + kLengthCodes + cache);
  const Code red = read_code(bits, kBytes);
  const Code blue = read_code(bits, kBytes);
  const Code alpha = read_code(bits, kBytes);
  const Code distance = read_code(bits, 40);
  const bool all_alike =
      !green.takes_bits() && !red.takes_bits() && !blue.takes_bits() && !alpha.takes_bits();
  std::uint32_t largest = 0;
  std::uint32_t read = 0;
  for (std::uint64_t done = 0; done < pixels; ++read) {
    if (read % kPixelsPerLook == 0 && budget.is_late()) budget.refuse_time();
    const std::uint32_t symbol = green.read(bits);
    if (symbol < kBytes) {
      largest = std::max(largest, red.read(bits) << 8 | symbol);
      blue.read(bits);
      alpha.read(bits);
      done += all_alike ? pixels : 1;
    } else if (symbol < kBytes + kLengthCodes) {
      done += read_prefixed(bits, symbol - kBytes);
      read_prefixed(bits, distance.read(bits));
    } else {
      ++done;
    }
  }
  return largest;
}

std::uint64_t tiles(std::uint64_t side, std::uint32_t bits) {
  return (side + (std::uint64_t{1} << bits) - 1) >> bits;
}

// Transforms, then which group of tables each tile uses.
std::uint32_t count_groups(BitReader bits, std::uint64_t width, std::uint64_t height,
                           const DecodeBudget& budget) {
  const auto read_tiles = [&] {
    const std::uint32_t tile = 2 + bits.read(3);
    return read_picture(bits, tiles(width, tile) * tiles(height, tile), budget);
  };
  for (std::uint32_t seen = 0; bits.read(1) != 0;) {
    const std::uint32_t transform = bits.read(2);
    if ((seen & 1U << transform) != 0) refuse();
    seen |= 1U << transform;
    if (transform < 2) read_tiles();  // predictor, colour
    if (transform == 3) {             // palette
      const std::uint32_t colours = bits.read(8) + 1;
      read_picture(bits, colours, budget);
      width = tiles(width, colours > 16 ? 0 : colours > 4 ? 1 : colours > 2 ? 2 : 3);
    }
  }
  read_cache_size(bits);
  return bits.read(1) == 0 ? 1 : read_tiles() + 1;
}

}  // namespace

std::uint32_t count_webp_groups(std::span<const std::byte> webp, const DecodeBudget& budget) {
  constexpr std::size_t kChunkBytes = 8;
  constexpr std::size_t kSizeBytes = 5;
  ByteReader reader(webp);
  std::uint64_t width = reader.little(24, 3) + 1;  // of an extended file
  std::uint64_t height = reader.little(27, 3) + 1;
  std::uint32_t groups = 0;
  for (std::uint64_t at = 12; at + kChunkBytes <= webp.size();) {
    const std::uint64_t length = reader.little(at + 4, 4);
    const auto data = webp.subspan(at + kChunkBytes);
    const bool colours = reader.has(at, "VP8L");
    if (colours) {
      const std::uint32_t sides = reader.little(at + kChunkBytes + 1, 4);
      width = (sides & 0x3FFF) + 1;
      height = (sides >> 14 & 0x3FFF) + 1;
    }
    const bool alpha =
        reader.has(at, "ALPH") && !data.empty() && (data.front() & std::byte{3}) == std::byte{1};
    if (colours || alpha) {
      const auto stream = data.subspan(std::min(colours ? kSizeBytes : 1, data.size()));
      groups = std::max(groups, count_groups(BitReader(stream), width, height, budget));
    }
    if (colours || reader.has(at, "VP8 ")) break;
    at += kChunkBytes + length + length % 2;
  }
  return groups;
}

}  // namespace simdb
