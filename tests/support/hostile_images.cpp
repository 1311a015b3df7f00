#include "tests/support/hostile_images.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>

namespace simdb::test {
namespace {

Bytes number(std::uint64_t value, int length, bool big_endian) {
  Bytes bytes;
  for (int i = 0; i < length; ++i) {
    bytes.push_back(static_cast<std::byte>(value >> (8 * (big_endian ? length - 1 - i : i))));
  }
  return bytes;
}

Bytes little(std::uint64_t value, int length) { return number(value, length, false); }

Bytes png_start(const PngRecipe& recipe) {
  Bytes header = number(recipe.width, 4, true);
  append(header, number(recipe.height, 4, true));
  append(header, to_bytes({recipe.bit_depth, recipe.colour_type, 0, 0, recipe.interlaced ? 1 : 0}));
  Bytes png = to_bytes({0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
  append(png, png_chunk("IHDR", header));
  return png;
}

// Deflates what it is fed into IDAT chunks of `png`.
class IdatWriter {
 public:
  explicit IdatWriter(Bytes& png) : png_(png), chunk_(1 << 18) {
    if (deflateInit(&stream_, 1) != Z_OK) throw std::runtime_error("deflateInit");
  }
  IdatWriter(const IdatWriter&) = delete;
  IdatWriter& operator=(const IdatWriter&) = delete;
  ~IdatWriter() { deflateEnd(&stream_); }

  void write(std::span<const std::byte> bytes, int flush = Z_NO_FLUSH) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(chunk_.data());
      stream_.avail_out = static_cast<uInt>(chunk_.size());
      deflate(&stream_, flush);
      const std::size_t made = chunk_.size() - stream_.avail_out;
      if (made > 0) append(png_, png_chunk("IDAT", std::span(chunk_).first(made)));
    } while (stream_.avail_out == 0);
  }

 private:
  Bytes& png_;
  Bytes chunk_;
  z_stream stream_{};
};

// Least significant bit first, as deflate and WebP's lossless format have them.
class BitWriter {
 public:
  void put(std::uint32_t value, int bits) {
    for (int i = 0; i < bits; ++i, ++count_) {
      if (count_ % 8 == 0) bytes_.push_back(std::byte{0});
      bytes_.back() |= static_cast<std::byte>((value >> i & 1) << (count_ % 8));
    }
  }
  // A Huffman code, whose most significant bit comes first.
  void put_code(std::uint32_t code, int bits) {
    for (int i = bits - 1; i >= 0; --i) put(code >> i, 1);
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
  std::size_t count_ = 0;
};

// A dynamic deflate block whose only symbol is its end; eight of them fill whole bytes.
void put_empty_block(BitWriter& bits) {
  constexpr int kCodeLengths = 18;
  bits.put(0, 1);
  bits.put(2, 2);
  bits.put(0, 5);  // 257 literals
  bits.put(0, 5);  // 1 distance
  bits.put(kCodeLengths - 4, 4);
  // In the order of RFC 1951: the third (18, zeros) and the last (1) have one bit.
  for (int i = 0; i < kCodeLengths; ++i) bits.put(i == 2 || i == kCodeLengths - 1 ? 1 : 0, 3);
  for (const std::uint32_t zeros : {138U, 118U}) {
    bits.put(1, 1);
    bits.put(zeros - 11, 7);
  }
  bits.put(0, 2);  // the end of the block and the distance have one bit
  bits.put(0, 1);  // the end of the block
}

// A code of WebP's lossless format for one symbol, 0: no bits a symbol.
void put_single_code(BitWriter& bits) { bits.put(1, 4); }

// A code of eight bits for each of the first 256 symbols, and none for `rest` more.
void put_byte_code(BitWriter& bits, std::uint32_t rest) {
  constexpr int kCodeLengths = 12;
  bits.put(0, 1);
  bits.put(kCodeLengths - 4, 4);
  // In the format's order 17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8: 18 (zeros) and 8 have one bit.
  for (int i = 0; i < kCodeLengths; ++i) bits.put(i == 1 || i == kCodeLengths - 1 ? 1 : 0, 3);
  bits.put(0, 1);
  for (int i = 0; i < 256; ++i) bits.put(0, 1);
  if (rest > 0) {
    bits.put(1, 1);
    bits.put(rest - 11, 7);
  }
}

Bytes riff(const Bytes& chunks) {
  Bytes file = to_bytes("RIFF");
  append(file, little(chunks.size() + 4, 4));
  append(file, to_bytes("WEBP"));
  append(file, chunks);
  return file;
}

Bytes riff_chunk(std::string_view name, const Bytes& data) {
  Bytes chunk = to_bytes(name);
  append(chunk, little(data.size(), 4));
  append(chunk, data);
  if (data.size() % 2 != 0) chunk.push_back(std::byte{0});
  return chunk;
}

}  // namespace

Bytes make_large_png(const PngRecipe& recipe) {
  static constexpr std::array<std::uint32_t, 7> kChannels = {1, 0, 3, 1, 2, 0, 4};
  Bytes png = png_start(recipe);
  if (recipe.colour_type == 3) {
    Bytes palette;
    for (int i = 0; i < 3 << std::min<int>(recipe.bit_depth, 8); ++i) {
      palette.push_back(static_cast<std::byte>(i * 37));
    }
    append(png, png_chunk("PLTE", palette));
  }
  if (recipe.transparent) {
    append(png, png_chunk("tRNS", Bytes(recipe.colour_type == 3   ? 2
                                        : recipe.colour_type == 2 ? 6
                                                                  : 2)));
  }
  IdatWriter idat(png);
  std::minstd_rand random(1);
  const auto write_pass = [&](std::uint32_t width, std::uint32_t height) {
    if (width == 0 || height == 0) return;
    const std::uint64_t bits =
        std::uint64_t{width} * kChannels[recipe.colour_type] * recipe.bit_depth;
    Bytes row(1 + (bits + 7) / 8, std::byte{0x11});
    row[0] = static_cast<std::byte>(recipe.filter);
    for (std::uint32_t y = 0; y < height; ++y) {
      if (recipe.noise_every > 0 && y % recipe.noise_every == 0) {
        std::generate(row.begin() + 1, row.end(), [&] {
          return static_cast<std::byte>(random() >> 8 & (random() % 4 == 0 ? 0xFF : 0x07));
        });
      }
      idat.write(row);
    }
  };
  if (recipe.interlaced) {
    constexpr std::array<std::array<std::uint32_t, 4>, 7> kPasses = {{{0, 8, 0, 8},
                                                                      {4, 8, 0, 8},
                                                                      {0, 4, 4, 8},
                                                                      {2, 4, 0, 4},
                                                                      {0, 2, 2, 4},
                                                                      {1, 2, 0, 2},
                                                                      {0, 1, 1, 2}}};
    for (const auto& [x, every_x, y, every_y] : kPasses) {
      const auto count = [](std::uint32_t side, std::uint32_t from, std::uint32_t step) {
        return side <= from ? 0 : (side - from + step - 1) / step;
      };
      write_pass(count(recipe.width, x, every_x), count(recipe.height, y, every_y));
    }
  } else {
    write_pass(recipe.width, recipe.height);
  }
  idat.write({}, Z_FINISH);
  append(png, png_chunk("IEND", {}));
  return png;
}

Bytes make_png_of_empty_blocks(std::size_t bytes) {
  BitWriter eight;
  for (int i = 0; i < 8; ++i) put_empty_block(eight);
  Bytes data = to_bytes({0x78, 0x01});
  while (data.size() < bytes) append(data, eight.bytes());
  const Bytes pixels(std::size_t{100} * 101);
  Bytes last(1000);
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(pixels.data()));
  stream.avail_in = static_cast<uInt>(pixels.size());
  stream.next_out = reinterpret_cast<Bytef*>(last.data());
  stream.avail_out = static_cast<uInt>(last.size());
  deflate(&stream, Z_FINISH);
  last.resize(stream.total_out);
  deflateEnd(&stream);
  append(data, last);
  append(data, number(adler32(1, reinterpret_cast<const Bytef*>(pixels.data()),
                              static_cast<uInt>(pixels.size())),
                      4, true));
  Bytes png = png_start({.width = 100, .height = 100, .colour_type = 0});
  append(png, png_chunk("IDAT", data));
  append(png, png_chunk("IEND", {}));
  return png;
}

Bytes make_png_with_chunks(const Bytes& chunk, std::size_t times) {
  const Bytes plain = make_large_png({.width = 10, .height = 10, .colour_type = 0});
  constexpr std::ptrdiff_t kBehindHeader = 33;
  Bytes png(plain.begin(), plain.begin() + kBehindHeader);
  png.reserve(plain.size() + chunk.size() * times);
  for (std::size_t i = 0; i < times; ++i) append(png, chunk);
  append(png, std::span(plain).subspan(kBehindHeader));
  return png;
}

Bytes make_webp_of_many_tables() {
  constexpr std::uint32_t kSide = 1024;
  constexpr std::uint32_t kGroups = 65536;
  BitWriter bits;
  bits.put(0x2F, 8);
  bits.put(kSide - 1, 14);
  bits.put(kSide - 1, 14);
  bits.put(0, 1 + 3 + 1 + 1);  // no alpha, version 0, no transform, no cache of colours
  bits.put(1, 1);              // a picture says which group each tile of 4 x 4 pixels uses
  bits.put(0, 3 + 1);
  put_byte_code(bits, 24);  // green
  put_byte_code(bits, 0);   // red
  for (int i = 0; i < 3; ++i) put_single_code(bits);
  for (std::uint32_t group = 0; group < kGroups; ++group) {
    bits.put_code(group & 0xFF, 8);
    bits.put_code(group >> 8, 8);
  }
  for (std::uint32_t code = 0; code < 5 * kGroups; ++code) put_single_code(bits);
  Bytes data = bits.bytes();
  append(data, Bytes(16));
  return riff(riff_chunk("VP8L", data));
}

Bytes make_animated_webp(const Bytes& webp, int width, int height) {
  constexpr std::ptrdiff_t kBehindRiff = 12;
  Bytes extended = to_bytes({0x02, 0, 0, 0});
  append(extended, little(width - 1, 3));
  append(extended, little(height - 1, 3));
  Bytes frame = Bytes(6);
  append(frame, little(width - 1, 3));
  append(frame, little(height - 1, 3));
  append(frame, to_bytes({100, 0, 0, 0}));
  append(frame, std::span(webp).subspan(kBehindRiff));
  Bytes chunks = riff_chunk("VP8X", extended);
  append(chunks, riff_chunk("ANIM", Bytes(6)));
  append(chunks, riff_chunk("ANMF", frame));
  append(chunks, riff_chunk("ANMF", frame));
  return riff(chunks);
}

Bytes make_animated_gif() {
  Bytes gif = to_bytes("GIF89a");
  append(gif, to_bytes({2, 0, 2, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255}));
  for (int frame = 0; frame < 2; ++frame) {
    append(gif, to_bytes({0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 0x34, 0x05, 0}));
  }
  append(gif, to_bytes({0x3B}));
  return gif;
}

Bytes make_bmp(const BmpRecipe& recipe) {
  const std::uint64_t colours = recipe.bits <= 8 ? 1U << recipe.bits : 0;
  const std::uint64_t row_bytes = (std::uint64_t{recipe.bits} * recipe.width + 31) / 32 * 4;
  const std::uint64_t pixel_bytes = recipe.run_length ? 2 : row_bytes * recipe.height;
  const std::uint64_t pixels_at = 54 + 4 * colours;
  Bytes bmp = to_bytes("BM");
  append(bmp, little(pixels_at + pixel_bytes, 4));
  append(bmp, little(0, 4));
  append(bmp, little(pixels_at, 4));
  append(bmp, little(40, 4));
  append(bmp, little(recipe.width, 4));
  append(bmp, little(recipe.height, 4));
  append(bmp, little(1, 2));
  append(bmp, little(recipe.bits, 2));
  append(bmp, little(recipe.run_length ? 1 : 0, 4));
  append(bmp, Bytes(20));
  for (std::uint64_t i = 0; i < colours; ++i) append(bmp, little(i * 0x010203, 4));
  if (recipe.run_length) {
    append(bmp, to_bytes({0, 1}));  // the end of the picture at once
  } else {
    bmp.resize(bmp.size() + pixel_bytes, std::byte{0x55});
  }
  return bmp;
}

}  // namespace simdb::test
