#include "tests/support/mutants.h"

#include <algorithm>
#include <filesystem>
#include <random>

#include "core/file_io.h"
#include "tests/support/hostile_images.h"

namespace simdb::test {
namespace {

constexpr std::size_t kPngSignatureBytes = 8;

// Every chunk with the checksum of what it holds now, as far as lengths make sense.
Bytes with_right_checksums(const Bytes& png) {
  Bytes result(png.begin(), png.begin() + kPngSignatureBytes);
  std::size_t at = kPngSignatureBytes;
  while (at + 12 <= png.size()) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
      length = length << 8 | std::to_integer<unsigned>(png[at + i]);
    if (length > png.size() - at - 12) break;
    const std::string type(reinterpret_cast<const char*>(png.data()) + at + 4, 4);
    append(result, png_chunk(type, std::span(png).subspan(at + 8, length)));
    at += 12 + length;
  }
  append(result, std::span(png).subspan(at));
  return result;
}

class Mutator {
 public:
  Mutator(const std::vector<Bytes>& seeds, std::uint64_t seed, std::uint64_t number)
      : seeds_(seeds), random_(seed * 1'000'003 + number) {}

  Bytes mutant() {
    Bytes bytes = seeds_[below(seeds_.size())];
    const bool is_png = bytes[1] == std::byte{'P'};
    for (std::size_t i = 0, changes = 1 + below(4); i < changes; ++i) change(bytes);
    return is_png && bytes.size() > kPngSignatureBytes && below(2) == 0
               ? with_right_checksums(bytes)
               : bytes;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  // Headers are short, and most that can go wrong is there.
  std::size_t place(const Bytes& bytes) {
    const std::size_t end = below(2) == 0 ? std::min<std::size_t>(bytes.size(), 120) : bytes.size();
    return below(end);
  }

  void change(Bytes& bytes) {
    if (bytes.empty()) return;
    const std::size_t at = place(bytes);
    const auto here = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t length = 1 + below(below(4) == 0 ? 200 : 4);
    switch (below(6)) {
      case 0:
        bytes[at] ^= static_cast<std::byte>(1U << below(8));
        break;
      case 1:
        bytes[at] = static_cast<std::byte>(random_());
        break;
      case 2: {  // numbers that break sums
        constexpr int kExtremes[] = {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF};
        bytes[at] = static_cast<std::byte>(kExtremes[below(6)]);
        break;
      }
      case 3: {
        Bytes more(length);
        std::generate(more.begin(), more.end(), [&] { return static_cast<std::byte>(random_()); });
        bytes.insert(here, more.begin(), more.end());
        break;
      }
      case 4:
        bytes.erase(here, here + static_cast<std::ptrdiff_t>(std::min(length, bytes.size() - at)));
        break;
      default: {
        const Bytes& other = seeds_[below(seeds_.size())];
        const std::size_t from = place(other);
        const std::size_t count = std::min({length, other.size() - from, bytes.size() - at});
        std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(from), count, here);
      }
    }
  }

  const std::vector<Bytes>& seeds_;
  std::mt19937_64 random_;
};

}  // namespace

std::vector<Bytes> mutation_seeds() {
  std::vector<Bytes> seeds;
  const Image picture = quadrant_image(40, 32);
  const Image noise = noise_image(40, 30, 3, 1);
  const Image clear = noise_image(40, 30, 4, 2);
  for (const PngRecipe& recipe : std::vector<PngRecipe>{
           {.bit_depth = 8, .colour_type = 2, .filter = 4, .noise_every = 1},
           {.bit_depth = 16, .colour_type = 6, .interlaced = true, .noise_every = 1},
           {.bit_depth = 1, .colour_type = 0},
           {.bit_depth = 16, .colour_type = 0, .transparent = true, .noise_every = 1},
           {.bit_depth = 4, .colour_type = 3, .transparent = true},
           {.bit_depth = 8, .colour_type = 3, .interlaced = true},
           {.bit_depth = 8, .colour_type = 4, .filter = 3, .noise_every = 1},
           {.bit_depth = 8, .colour_type = 2, .transparent = true, .filter = 2}}) {
    PngRecipe sized = recipe;
    sized.width = 40;
    sized.height = 30;
    seeds.push_back(make_large_png(sized));
  }
  for (const int components : {1, 3, 4}) {
    JpegRecipe recipe{.width = 40, .height = 30, .components = components, .noise = true};
    seeds.push_back(make_jpeg(recipe));
    recipe.progressive = true;
    seeds.push_back(make_jpeg(recipe));
  }
  seeds.push_back(make_jpeg({.width = 40, .height = 30, .arithmetic = true, .noise = true}));
  seeds.push_back(with_exif(make_jpeg({.width = 40, .height = 30, .halved_colours = true}), 6));
  for (const std::uint16_t bits : {1, 4, 8, 16, 24, 32}) {
    seeds.push_back(make_bmp({.width = 40, .height = 30, .bits = bits}));
  }
  seeds.push_back(make_bmp({.width = 40, .height = 30, .bits = 8, .run_length = true}));
  seeds.push_back(encode_as(noise, ".bmp"));
  for (const Image& image : {picture, noise, clear, solid_image(40, 30, {1, 2, 3})}) {
    seeds.push_back(encode_as(image, ".webp"));
    seeds.push_back(encode_lossy_webp(image));
  }
  for (const bool big_endian : {false, true}) {
    TiffParts tiff{.width = 40, .height = 30, .samples = 4, .chunks = {Bytes(4800)}};
    tiff.big_endian = big_endian;
    tiff.more = {{274, {6}}, {338, {1}}};
    seeds.push_back(make_tiff(tiff));
    tiff = {.width = 40, .height = 30, .bits = 4, .samples = 1, .colours = 3, .compression = 5};
    tiff.tile = 64;
    tiff.chunks = {make_lzw_of_clears(2048)};
    tiff.more = {{320, std::vector<std::uint32_t>(48, 0x1234)}};
    seeds.push_back(make_tiff(tiff));
    GifRecipe gif{.screen_width = 50, .screen_height = 30, .width = 40, .height = 30};
    gif.interlaced = big_endian;
    gif.transparent = big_endian ? 3 : -1;
    gif.pixels = Bytes(1200, std::byte{3});
    seeds.push_back(make_gif(gif));
  }
  seeds.push_back(make_animated_webp(encode_as(picture, ".webp"), 40, 32));
  if (SIMDB_WITH_LIBHEIF) {  // else all are alike
    for (const char* name : {"phone.heic", "alpha.heic", "10-bits.heic", "p3-by-number.heic",
                             "grid.avif", "12-bits.avif", "alpha.avif", "sequence.avif"}) {
      seeds.push_back(read_file(std::filesystem::path(SIMDB_HEIF) / name, 1 << 20));
    }
  }
  return seeds;
}

Bytes make_mutant(const std::vector<Bytes>& seeds, std::uint64_t seed, std::uint64_t number) {
  return Mutator(seeds, seed, number).mutant();
}

}  // namespace simdb::test
