#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "encoder/image/webp_tables_internal.h"

// The names are those of "Specification for WebP Lossless Bitstream".
namespace simdb {
namespace {

constexpr int kMaxCodeLength = 15;
constexpr std::uint32_t kLengthCodes = 24;
constexpr std::uint32_t kDistanceCodes = 40;

// Leaves count_webp_tables() alone.
class Damaged : public std::exception {};

// Least significant bit first.
class BitReader {
 public:
  explicit BitReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint32_t read(int bits) {
    std::uint32_t value = 0;
    for (int i = 0; i < bits; ++i) value |= read_bit() << i;
    return value;
  }
  std::uint32_t read_bit() {
    if (at_ / 8 >= bytes_.size()) throw Damaged();
    const auto byte = std::to_integer<std::uint32_t>(bytes_[at_ / 8]);
    return byte >> (at_++ % 8) & 1;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

// A canonical Huffman code, decoded bit by bit; one symbol alone takes no bits.
class Code {
 public:
  explicit Code(std::span<const std::uint8_t> lengths) {
    for (const std::uint8_t length : lengths) ++counts_[length];
    counts_[0] = 0;
    std::array<std::uint32_t, kMaxCodeLength + 2> offsets{};
    std::int64_t free = 1;
    for (int length = 1; length <= kMaxCodeLength; ++length) {
      offsets[length + 1] = offsets[length] + counts_[length];
      free = 2 * free - counts_[length];
    }
    symbols_.resize(offsets[kMaxCodeLength + 1]);
    if (symbols_.empty() || (symbols_.size() > 1 && free != 0)) throw Damaged();
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] != 0) {
        symbols_[offsets[lengths[symbol]]++] = static_cast<std::uint16_t>(symbol);
      }
    }
  }

  bool takes_bits() const { return symbols_.size() > 1; }
  std::uint32_t read(BitReader& bits) const {
    if (!takes_bits()) return symbols_.front();
    std::uint32_t code = 0;
    std::uint32_t first = 0;
    std::uint32_t index = 0;
    for (int length = 1; length <= kMaxCodeLength; ++length) {
      code |= bits.read_bit();
      const std::uint32_t count = counts_[length];
      if (code < first + count) return symbols_[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw Damaged();
  }

 private:
  std::array<std::uint32_t, kMaxCodeLength + 1> counts_{};
  std::vector<std::uint16_t> symbols_;
};

void read_simple_lengths(BitReader& bits, std::span<std::uint8_t> lengths) {
  const bool two = bits.read_bit() != 0;
  const int first_bits = bits.read_bit() != 0 ? 8 : 1;
  lengths[bits.read(first_bits)] = 1;
  if (two) lengths[bits.read(8)] = 1;
}

void read_lengths(BitReader& bits, std::span<std::uint8_t> lengths) {
  static constexpr std::array<std::uint8_t, 19> kOrder = {17, 18, 0, 1,  2,  3,  4,  5,  16, 6,
                                                          7,  8,  9, 10, 11, 12, 13, 14, 15};
  std::array<std::uint8_t, kOrder.size()> code_lengths{};
  const std::uint32_t count = 4 + bits.read(4);
  for (std::uint32_t i = 0; i < count; ++i) {
    code_lengths[kOrder[i]] = static_cast<std::uint8_t>(bits.read(3));
  }
  const Code code(code_lengths);
  std::size_t symbols = lengths.size();
  if (bits.read_bit() != 0) {
    const int width = 2 + 2 * static_cast<int>(bits.read(3));
    symbols = 2 + bits.read(width);
    if (symbols > lengths.size()) throw Damaged();
  }
  std::uint8_t previous = 8;
  std::size_t at = 0;
  for (; at < lengths.size() && symbols > 0; --symbols) {
    const std::uint32_t read = code.read(bits);
    if (read < 16) {
      lengths[at++] = static_cast<std::uint8_t>(read);
      if (read != 0) previous = static_cast<std::uint8_t>(read);
      continue;
    }
    const std::size_t times = read == 16   ? 3 + bits.read(2)
                              : read == 17 ? 3 + bits.read(3)
                                           : 11 + bits.read(7);
    if (times > lengths.size() - at) throw Damaged();
    std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(at), times,
                read == 16 ? previous : std::uint8_t{0});
    at += times;
  }
}

Code read_code(BitReader& bits, std::size_t alphabet) {
  // A simple code may name any byte, whatever the alphabet.
  std::vector<std::uint8_t> lengths(std::max<std::size_t>(alphabet, 256));
  if (bits.read_bit() != 0) {
    read_simple_lengths(bits, lengths);
  } else {
    read_lengths(bits, std::span(lengths).first(alphabet));
  }
  return Code(std::span(lengths).first(alphabet));
}

struct Size {
  std::uint64_t width;
  std::uint64_t height;
  Size divided(int bits) const {
    const std::uint64_t tile = std::uint64_t{1} << bits;
    return {(width + tile - 1) / tile, (height + tile - 1) / tile};
  }
};

std::uint32_t read_cache_size(BitReader& bits) {
  if (bits.read_bit() == 0) return 0;
  const std::uint32_t width = bits.read(4);
  if (width < 1 || width > 11) throw Damaged();
  return 1U << width;
}

// A length or a distance.
std::uint64_t read_prefixed(BitReader& bits, std::uint32_t symbol) {
  if (symbol < 4) return symbol + 1;
  const int extra = static_cast<int>((symbol - 2) >> 1);
  return ((std::uint64_t{2} + (symbol & 1)) << extra) + bits.read(extra) + 1;
}

// Reads a picture without pictures inside; the largest red << 8 | green of its pixels. Copies of
// pixels and cached colours can't be larger than what they repeat.
std::uint32_t read_picture(BitReader& bits, Size size) {
  const std::uint32_t cache = read_cache_size(bits);
  const Code green = read_code(bits, 256 + kLengthCodes + cache);
  const Code red = read_code(bits, 256);
  const Code blue = read_code(bits, 256);
  const Code alpha = read_code(bits, 256);
  const Code distance = read_code(bits, kDistanceCodes);
  const bool all_alike =
      !green.takes_bits() && !red.takes_bits() && !blue.takes_bits() && !alpha.takes_bits();
  std::uint32_t largest = 0;
  const std::uint64_t pixels = size.width * size.height;
  for (std::uint64_t done = 0; done < pixels;) {
    const std::uint32_t symbol = green.read(bits);
    if (symbol < 256) {
      largest = std::max(largest, red.read(bits) << 8 | symbol);
      blue.read(bits);
      alpha.read(bits);
      done += all_alike ? pixels : 1;
    } else if (symbol < 256 + kLengthCodes) {
      done += read_prefixed(bits, symbol - 256);
      read_prefixed(bits, distance.read(bits));
    } else {
      ++done;
    }
  }
  return largest;
}

// Transforms, then which group of tables each tile uses.
std::uint32_t count_groups(std::span<const std::byte> stream, Size size) {
  BitReader bits(stream);
  std::array<bool, 4> seen{};
  while (bits.read_bit() != 0) {
    const std::uint32_t transform = bits.read(2);
    if (std::exchange(seen[transform], true)) throw Damaged();
    if (transform < 2) {  // predictor, colour
      const int tile = 2 + static_cast<int>(bits.read(3));
      read_picture(bits, size.divided(tile));
    } else if (transform == 3) {  // palette
      const std::uint32_t colours = bits.read(8) + 1;
      read_picture(bits, {colours, 1});
      size = {size.divided(colours > 16  ? 0
                           : colours > 4 ? 1
                           : colours > 2 ? 2
                                         : 3)
                  .width,
              size.height};
    }
  }
  read_cache_size(bits);
  if (bits.read_bit() == 0) return 1;
  const int tile = 2 + static_cast<int>(bits.read(3));
  return read_picture(bits, size.divided(tile)) + 1;
}

std::uint32_t little_endian(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  }
  return value;
}

std::uint32_t count_in_chunk(std::string_view name, std::span<const std::byte> data, Size canvas) {
  if (name == "VP8L") {
    constexpr std::size_t kHeaderBytes = 5;
    if (data.size() < kHeaderBytes) throw Damaged();
    const std::uint32_t sides = little_endian(data.subspan(1, 4));
    return count_groups(data.subspan(kHeaderBytes),
                        {(sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1});
  }
  const bool is_lossless_alpha =
      name == "ALPH" && !data.empty() && (data.front() & std::byte{3}) == std::byte{1};
  return is_lossless_alpha ? count_groups(data.subspan(1), canvas) : 0;
}

}  // namespace

std::optional<std::uint32_t> count_webp_tables(std::span<const std::byte> webp) {
  constexpr std::size_t kRiffBytes = 12;
  constexpr std::size_t kChunkBytes = 8;
  if (webp.size() < kRiffBytes) return std::nullopt;
  std::uint32_t most = 0;
  Size canvas{0, 0};
  try {
    for (auto rest = webp.subspan(kRiffBytes); rest.size() >= kChunkBytes;) {
      const std::string_view name(reinterpret_cast<const char*>(rest.data()), 4);
      const std::size_t length = little_endian(rest.subspan(4, 4));
      const auto data = rest.subspan(kChunkBytes, std::min(length, rest.size() - kChunkBytes));
      if (name == "VP8X" && data.size() >= 10) {
        canvas = {little_endian(data.subspan(4, 3)) + 1, little_endian(data.subspan(7, 3)) + 1};
      }
      most = std::max(most, count_in_chunk(name, data, canvas));
      if (name == "VP8L" || name == "VP8 ") break;
      rest = rest.subspan(std::min(kChunkBytes + length + length % 2, rest.size()));
    }
  } catch (const Damaged&) {
    return std::nullopt;
  }
  return most;
}

}  // namespace simdb
