#include "tests/support/images.h"

#include <webp/encode.h>
#include <zlib.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "tests/support/jpeg_compressor.h"

namespace simdb::test {
namespace {

Bytes big_endian(std::uint32_t value) {
  return {std::byte(value >> 24), std::byte(value >> 16), std::byte(value >> 8), std::byte(value)};
}

const Bytef* as_zlib(std::span<const std::byte> bytes) {
  return reinterpret_cast<const Bytef*>(bytes.data());
}

// Deflates `block` `times` times over without holding the whole input.
Bytes deflated(std::span<const std::byte> block, std::uint32_t times) {
  z_stream stream{};
  if (deflateInit(&stream, Z_BEST_COMPRESSION) != Z_OK) throw std::runtime_error("deflateInit");
  Bytes out;
  Bytes chunk(1 << 16);
  for (std::uint32_t i = 0; i <= times; ++i) {
    stream.next_in = const_cast<Bytef*>(as_zlib(block));
    stream.avail_in = i < times ? static_cast<uInt>(block.size()) : 0;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
      stream.avail_out = static_cast<uInt>(chunk.size());
      deflate(&stream, i < times ? Z_NO_FLUSH : Z_FINISH);
      append(out, std::span(chunk).first(chunk.size() - stream.avail_out));
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

Bytes png_file(const PngParts& parts, const Bytes& image_data) {
  Bytes header = big_endian(parts.width);
  append(header, big_endian(parts.height));
  append(header, to_bytes({parts.bit_depth, parts.colour_type, 0, 0, 0}));
  Bytes png = to_bytes({0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
  append(png, png_chunk("IHDR", header));
  append(png, parts.extra);
  append(png, png_chunk("IDAT", image_data));
  append(png, png_chunk("IEND", {}));
  return png;
}

Bytes little_endian(std::uint32_t value, int length) {
  Bytes bytes;
  for (int i = 0; i < length; ++i) bytes.push_back(std::byte(value >> 8 * i & 0xFF));
  return bytes;
}

Bytes encode_png_plainly(const Image& image) {
  PngParts parts{.width = static_cast<std::uint32_t>(image.width),
                 .height = static_cast<std::uint32_t>(image.height),
                 .colour_type = static_cast<std::uint8_t>(image.channels == 1   ? 0
                                                          : image.channels == 3 ? 2
                                                                                : 6)};
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * image.channels;
  const auto pixels = std::as_bytes(std::span(image.pixels));
  for (int y = 0; y < image.height; ++y) {
    parts.scanlines.push_back(std::byte{0});
    append(parts.scanlines, pixels.subspan(y * row_bytes, row_bytes));
  }
  return make_png(parts);
}

Bytes encode_jpeg(const Image& image, bool progressive) {
  constexpr int kQuality = 95;
  JpegCompressor compressor(image.width, image.height, image.channels);
  jpeg_set_quality(&compressor.jpeg(), kQuality, TRUE);
  if (progressive) jpeg_simple_progression(&compressor.jpeg());
  jpeg_start_compress(&compressor.jpeg(), TRUE);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * image.channels;
  for (int y = 0; y < image.height; ++y) {
    auto* row = const_cast<JSAMPROW>(image.pixels.data() + y * row_bytes);
    jpeg_write_scanlines(&compressor.jpeg(), &row, 1);
  }
  return compressor.finish();
}

// Grey with a palette of 256 shades, or blue, green and red.
Bytes encode_bmp(const Image& image) {
  if (image.channels > 3) throw std::runtime_error("no BMP with alpha");
  const int colours = image.channels == 1 ? 256 : 0;
  const int row_bytes = (image.width * image.channels + 3) / 4 * 4;
  const auto pixels_at = static_cast<std::uint32_t>(54 + 4 * colours);
  const auto pixel_bytes = static_cast<std::uint32_t>(row_bytes * image.height);
  Bytes bmp = to_bytes("BM");
  for (const std::uint32_t value :
       {pixels_at + pixel_bytes, 0U, pixels_at, 40U, static_cast<std::uint32_t>(image.width),
        static_cast<std::uint32_t>(image.height),
        1U | static_cast<std::uint32_t>(8 * image.channels) << 16, 0U, pixel_bytes, 0U, 0U, 0U,
        0U}) {
    append(bmp, little_endian(value, 4));
  }
  for (int i = 0; i < colours; ++i) append(bmp, to_bytes({i, i, i, 0}));
  for (int y = image.height - 1; y >= 0; --y) {
    Bytes row(static_cast<std::size_t>(row_bytes));
    for (int i = 0; i < image.width * image.channels; ++i) {
      const int mirrored = image.channels == 1 ? i : i - i % 3 + 2 - i % 3;
      row[static_cast<std::size_t>(mirrored)] =
          std::byte{image.pixels[static_cast<std::size_t>(y) * image.width * image.channels + i]};
    }
    append(bmp, row);
  }
  return bmp;
}

Bytes encode_webp(const Image& image, bool lossy) {
  constexpr float kQuality = 80;
  Image colours = image;
  if (image.channels == 1) {
    colours.channels = 3;
    colours.pixels.clear();
    for (const std::uint8_t grey : image.pixels)
      colours.pixels.insert(colours.pixels.end(), 3, grey);
  }
  const std::uint8_t* pixels = colours.pixels.data();
  const int width = image.width;
  const int height = image.height;
  std::uint8_t* written = nullptr;
  std::size_t size = 0;
  if (colours.channels == 3) {
    size = lossy ? WebPEncodeRGB(pixels, width, height, 3 * width, kQuality, &written)
                 : WebPEncodeLosslessRGB(pixels, width, height, 3 * width, &written);
  } else {
    size = lossy ? WebPEncodeRGBA(pixels, width, height, 4 * width, kQuality, &written)
                 : WebPEncodeLosslessRGBA(pixels, width, height, 4 * width, &written);
  }
  if (size == 0) throw std::runtime_error("WebPEncode");
  const auto* first = reinterpret_cast<const std::byte*>(written);
  const Bytes webp(first, first + size);
  WebPFree(written);
  return webp;
}

}  // namespace

Image solid_image(int width, int height, std::initializer_list<std::uint8_t> pixel) {
  Image image{width, height, static_cast<int>(pixel.size()), {}};
  for (int i = 0; i < width * height; ++i) {
    image.pixels.insert(image.pixels.end(), pixel.begin(), pixel.end());
  }
  return image;
}

Image noise_image(int width, int height, int channels, unsigned seed) {
  Image image{width, height, channels, {}};
  std::mt19937 random(seed);
  image.pixels.resize(static_cast<std::size_t>(width) * height * channels);
  for (std::uint8_t& value : image.pixels) value = static_cast<std::uint8_t>(random() >> 24);
  return image;
}

Image natural_image(int side, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> sums(static_cast<std::size_t>(side) * side * 3, 128.0);
  for (int cells = 2; cells <= side; cells *= 2) {
    const double amount = 60.0 * 2 / cells + 6;
    std::vector<double> knots(static_cast<std::size_t>(cells + 1) * (cells + 1) * 3);
    for (std::size_t k = 0; k < knots.size(); k += 3) {
      const double shared = normal(random);
      for (std::size_t c = 0; c < 3; ++c) knots[k + c] = amount * (shared + 0.5 * normal(random));
    }
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        const double u = static_cast<double>(x) * cells / side;
        const double v = static_cast<double>(y) * cells / side;
        const int i = static_cast<int>(u);
        const int j = static_cast<int>(v);
        const auto knot = [&](int column, int row, int c) {
          return knots[(static_cast<std::size_t>(row) * (cells + 1) + column) * 3 + c];
        };
        for (int c = 0; c < 3; ++c) {
          const double top = knot(i, j, c) * (i + 1 - u) + knot(i + 1, j, c) * (u - i);
          const double low = knot(i, j + 1, c) * (i + 1 - u) + knot(i + 1, j + 1, c) * (u - i);
          sums[(static_cast<std::size_t>(y) * side + x) * 3 + c] +=
              top * (j + 1 - v) + low * (v - j);
        }
      }
    }
  }
  Image image{side, side, 3, {}};
  for (const double sum : sums) {
    image.pixels.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(sum), 0L, 255L)));
  }
  return image;
}

Image quadrant_image(int width, int height) {
  Image image = solid_image(width, height, {255, 255, 255});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool left = x < width / 2;
      const bool top = y < height / 2;
      if (!left && !top) continue;
      std::uint8_t* pixel = &image.pixels[(static_cast<std::size_t>(y) * width + x) * 3];
      const int kept = left && top ? 0 : (top ? 1 : 2);
      for (int c = 0; c < 3; ++c) pixel[c] = c == kept ? 255 : 0;
    }
  }
  return image;
}

Bytes encode_as(const Image& image, const std::string& extension) {
  if (extension == ".png") return encode_png_plainly(image);
  if (extension == ".jpg") return encode_jpeg(image, false);
  if (extension == ".bmp") return encode_bmp(image);
  if (extension == ".webp") return encode_webp(image, false);
  throw std::runtime_error("no writer of " + extension);
}

Bytes encode_progressive_jpeg(const Image& image) { return encode_jpeg(image, true); }

Bytes encode_lossy_webp(const Image& image) { return encode_webp(image, true); }

Bytes png_chunk(std::string_view type, std::span<const std::byte> data) {
  Bytes body = to_bytes(type);
  append(body, data);
  Bytes chunk = big_endian(static_cast<std::uint32_t>(data.size()));
  append(chunk, body);
  append(chunk, big_endian(static_cast<std::uint32_t>(
                    crc32(0, as_zlib(body), static_cast<uInt>(body.size())))));
  return chunk;
}

Bytes make_png(const PngParts& parts) { return png_file(parts, deflated(parts.scanlines, 1)); }

Bytes make_png_bomb(std::uint32_t width, std::uint32_t height) {
  const PngParts parts{.width = width, .height = height, .bit_depth = 1};
  return png_file(parts, deflated(Bytes(1 + (width + 7) / 8), height));
}

Bytes with_app1(const Bytes& jpeg, std::span<const std::byte> data) {
  const std::size_t length = data.size() + 2;
  Bytes result(jpeg.begin(), jpeg.begin() + 2);
  append(result,
         to_bytes({0xFF, 0xE1, static_cast<int>(length >> 8), static_cast<int>(length & 0xFF)}));
  append(result, data);
  append(result, std::span(jpeg).subspan(2));
  return result;
}

Bytes make_exif(std::uint8_t orientation) {
  // Big-endian TIFF: header, a directory with the one entry 0x0112 (SHORT), no next directory.
  return to_bytes({'M', 'M', 0, 42, 0, 0, 0,           8, 0, 1, 0x01, 0x12, 0,
                   3,   0,   0, 0,  1, 0, orientation, 0, 0, 0, 0,    0,    0});
}

Bytes with_exif(const Bytes& jpeg, std::uint8_t orientation, const Bytes& thumbnail) {
  Bytes exif = to_bytes({'E', 'x', 'i', 'f', 0, 0});
  append(exif, make_exif(orientation));
  append(exif, thumbnail);
  return with_app1(jpeg, exif);
}

Bytes with_png_chunk(const Bytes& file, std::string_view type, std::span<const std::byte> data) {
  constexpr std::ptrdiff_t kBehindHeader = 33;
  Bytes result(file.begin(), file.begin() + kBehindHeader);
  append(result, png_chunk(type, data));
  append(result, std::span(file).subspan(kBehindHeader));
  return result;
}

Bytes with_webp_chunk(const Bytes& file, std::string_view type, std::span<const std::byte> data) {
  Bytes result = file;
  append(result, to_bytes(type));
  append(result, little_endian(static_cast<std::uint32_t>(data.size()), 4));
  append(result, data);
  result.resize((result.size() + 1) / 2 * 2);
  const Bytes size = little_endian(static_cast<std::uint32_t>(result.size() - 8), 4);
  std::copy(size.begin(), size.end(), result.begin() + 4);
  return result;
}

Image stored_with_orientation(const Image& upright, int orientation) {
  // EXIF 2.32, tag 0x0112: the sides of the picture on which stored row 0 and column 0 lie.
  const bool transposed = orientation >= 5;
  Image stored = upright;
  if (transposed) std::swap(stored.width, stored.height);
  for (int row = 0; row < stored.height; ++row) {
    for (int column = 0; column < stored.width; ++column) {
      int x = transposed ? row : column;
      int y = transposed ? column : row;
      const bool right =
          orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
      const bool bottom =
          orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
      if (right) x = upright.width - 1 - x;
      if (bottom) y = upright.height - 1 - y;
      const auto at = [](const Image& image, int px, int py) {
        return (static_cast<std::size_t>(py) * image.width + px) * image.channels;
      };
      std::copy_n(&upright.pixels[at(upright, x, y)], upright.channels,
                  &stored.pixels[at(stored, column, row)]);
    }
  }
  return stored;
}

Bytes to_bytes(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Bytes to_bytes(std::string_view text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

void append(Bytes& to, std::span<const std::byte> more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace simdb::test
