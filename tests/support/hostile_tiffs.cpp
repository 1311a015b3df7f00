#include <algorithm>
#include <stdexcept>

#include "tests/support/hostile_images.h"

namespace simdb::test {
namespace {

constexpr std::uint16_t kShort = 3;
constexpr std::uint16_t kLong = 4;

class TiffWriter {
 public:
  explicit TiffWriter(bool big_endian) : big_endian_(big_endian) {
    append(tiff_, to_bytes(big_endian ? "MM" : "II"));
    number(42, 2);
    number(0, 4);  // where the directory is, known later
  }

  void number(std::uint64_t value, int length) { append(tiff_, encoded(value, length)); }
  std::uint32_t add(std::span<const std::byte> data) {
    const auto at = static_cast<std::uint32_t>(tiff_.size());
    append(tiff_, data);
    if (tiff_.size() % 2 != 0) tiff_.push_back(std::byte{0});
    return at;
  }
  // Values that don't fit into an entry stand in front of the directory.
  void entry(std::uint16_t tag, std::uint16_t type, const std::vector<std::uint32_t>& values) {
    const int bytes = type == kShort ? 2 : 4;
    Bytes data;
    for (const std::uint32_t value : values) append(data, encoded(value, bytes));
    const auto count = static_cast<std::uint32_t>(values.size());
    if (data.size() > 4) data = encoded(add(data), 4);
    data.resize(4);
    raw_entry(tag, type, count, data);
  }
  void raw_entry(std::uint16_t tag, std::uint16_t type, std::uint32_t count, const Bytes& data) {
    append(directory_, encoded(tag, 2));
    append(directory_, encoded(type, 2));
    append(directory_, encoded(count, 4));
    append(directory_, data);
    ++entries_;
  }
  Bytes encoded(std::uint64_t value, int length) const {
    Bytes bytes;
    for (int i = 0; i < length; ++i) {
      bytes.push_back(
          static_cast<std::byte>(value >> (8 * (big_endian_ ? length - 1 - i : i)) & 0xFF));
    }
    return bytes;
  }
  Bytes finish(std::uint32_t next) {
    const Bytes at = encoded(tiff_.size(), 4);
    std::copy(at.begin(), at.end(), tiff_.begin() + 4);
    number(entries_, 2);
    append(tiff_, directory_);
    number(next, 4);
    return std::move(tiff_);
  }

 private:
  bool big_endian_;
  Bytes tiff_;
  Bytes directory_;
  std::uint16_t entries_ = 0;
};

}  // namespace

Bytes make_tiff(const TiffParts& parts) {
  TiffWriter writer(parts.big_endian);
  std::vector<std::uint32_t> offsets;
  std::vector<std::uint32_t> sizes;
  for (const Bytes& chunk : parts.chunks) {
    offsets.push_back(writer.add(chunk));
    sizes.push_back(static_cast<std::uint32_t>(chunk.size()));
  }
  writer.entry(256, kLong, {parts.width});
  writer.entry(257, kLong, {parts.height});
  writer.entry(258, kShort, std::vector<std::uint32_t>(parts.samples, parts.bits));
  writer.entry(259, kShort, {parts.compression});
  writer.entry(262, kShort, {parts.colours});
  if (parts.tile == 0) writer.entry(273, kLong, offsets);
  writer.entry(277, kShort, {parts.samples});
  if (parts.tile == 0) {
    writer.entry(278, kLong, {parts.rows_per_strip == 0 ? parts.height : parts.rows_per_strip});
    writer.entry(279, kLong, sizes);
  } else {
    writer.entry(322, kLong, {parts.tile});
    writer.entry(323, kLong, {parts.tile});
    writer.entry(324, kLong, offsets);
    writer.entry(325, kLong, sizes);
  }
  for (const TiffEntry& entry : parts.more) writer.entry(entry.tag, kShort, entry.values);
  // Entries that all name the same data, the pixels.
  for (std::uint16_t i = 0; i < parts.shared_entries; ++i) {
    writer.raw_entry(static_cast<std::uint16_t>(50000 + i), 1, sizes.front(),
                     writer.encoded(offsets.front(), 4));
  }
  return writer.finish(parts.next_directory);
}

Bytes make_lzw_of_clears(std::size_t pixels) {
  Bytes bytes;
  std::uint32_t bits = 0;
  int held = 0;
  const auto put = [&](std::uint32_t code) {  // most significant bit first
    bits = bits << 9 | code;
    for (held += 9; held >= 8; held -= 8)
      bytes.push_back(static_cast<std::byte>(bits >> (held - 8)));
  };
  constexpr std::uint32_t kClear = 256;
  for (std::size_t i = 0; i < pixels; ++i) {
    put(kClear);
    put(0);
  }
  put(kClear + 1);
  put(0);
  return bytes;
}

Bytes image_data_of(const Bytes& png) {
  Bytes data;
  for (std::size_t at = 8; at + 12 <= png.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
      length = length << 8 | std::to_integer<std::size_t>(png[at + i]);
    if (png[at + 4] == std::byte{'I'} && png[at + 5] == std::byte{'D'}) {
      append(data, std::span(png).subspan(at + 8, length));
    }
    at += 12 + length;
  }
  return data;
}

Bytes make_gif(const GifRecipe& recipe) {
  const auto little = [](int value) { return to_bytes({value & 0xFF, value >> 8}); };
  Bytes gif = to_bytes("GIF89a");
  for (const int side : {recipe.screen_width, recipe.screen_height}) append(gif, little(side));
  append(gif, to_bytes({0xF6, 0, 0}));  // 128 colours
  for (int i = 0; i < 128; ++i) append(gif, to_bytes({i, 2 * i, 255 - i}));
  if (recipe.transparent >= 0) {
    append(gif, to_bytes({0x21, 0xF9, 4, 1, 0, 0, recipe.transparent, 0}));
  }
  gif.push_back(std::byte{0x2C});
  for (const int value : {recipe.left, recipe.top, recipe.width, recipe.height}) {
    append(gif, little(value));
  }
  append(gif, to_bytes({recipe.interlaced ? 0x40 : 0, 7}));
  // Cleared often enough, the table leaves codes at 8 bits: a byte for each pixel.
  constexpr std::size_t kClearEvery = 100;
  Bytes codes;
  for (std::size_t i = 0; i < recipe.pixels.size(); ++i) {
    if (i % kClearEvery == 0) codes.push_back(std::byte{0x80});
    codes.push_back(recipe.pixels[i]);
  }
  codes.insert(codes.end(), recipe.clears, std::byte{0x80});
  codes.push_back(std::byte{0x81});
  for (std::size_t at = 0; at < codes.size();) {
    const std::size_t length = std::min<std::size_t>(255, codes.size() - at);
    gif.push_back(static_cast<std::byte>(length));
    append(gif, std::span(codes).subspan(at, length));
    at += length;
  }
  append(gif, to_bytes({0, 0x3B}));
  return gif;
}

}  // namespace simdb::test
