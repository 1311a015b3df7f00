#include "tests/faults/hostile_corpus.h"
#include "tests/support/hostile_images.h"

namespace simdb::test {
namespace {

using enum Verdict;

// A zTXt chunk of 16 KB that unpacks to 16 MB.
Bytes text_bomb() {
  const Bytes png = make_png_bomb(8191, 16384);
  const auto data = std::span(png).subspan(33 + 8, png.size() - 33 - 8 - 16);
  Bytes text = to_bytes("Comment");
  append(text, Bytes(2));
  append(text, data);
  return png_chunk("zTXt", text);
}

void add_heavy_chunks(HostileFiles& corpus) {
  constexpr std::size_t kFile = 60u << 20;
  corpus.add_heavy("text-bomb.png", kTaken, [] { return make_png_with_chunks(text_bomb(), 20); });
  corpus.add_heavy("huge-text.png", kTaken,
                   [] { return make_png_with_chunks(png_chunk("tEXt", Bytes(kFile)), 1); });
  corpus.add_heavy("millions-of-chunks.png", kEither,
                   [] { return make_png_with_chunks(png_chunk("teXt", {}), kFile / 12); });
  corpus.add_heavy("millions-of-texts.png", kEither, [] {
    return make_png_with_chunks(png_chunk("tEXt", to_bytes({'a', 0, 'b'})), kFile / 15);
  });
  corpus.add_heavy("millions-of-empty-idats.png", kEither,
                   [] { return make_png_with_chunks(png_chunk("IDAT", {}), kFile / 12); });
  corpus.add_heavy("empty-blocks.png", kRefused, [] { return make_png_of_empty_blocks(kFile); });
  const Bytes jpeg = encode_as(quadrant_image(48, 32), ".jpg");
  corpus.add_heavy("exif-of-60-mb.jpg", kEither, [jpeg] {
    Bytes exif = to_bytes({0xFF, 0xE1, 0xFF, 0xFF, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42});
    exif.resize(0x10001);
    return with_segments(jpeg, exif, kFile / exif.size());
  });
  corpus.add_heavy("millions-of-comments.jpg", kEither,
                   [jpeg] { return with_segments(jpeg, to_bytes({0xFF, 0xFE, 0, 2}), kFile / 4); });
  corpus.add_heavy("millions-of-restarts.jpg", kEither,
                   [jpeg] { return with_segments(jpeg, to_bytes({0xFF, 0xD0}), kFile / 2); });
  corpus.add_heavy("fill-bytes.jpg", kEither,
                   [jpeg] { return with_segments(jpeg, to_bytes({0xFF}), kFile); });
  corpus.add_heavy("just-too-many-bytes.png", kRefused,
                   [] { return make_png_with_chunks(png_chunk("tEXt", Bytes(64u << 20)), 1); });
}

// Pictures that the limits let through with little to spare, and the next size up.
void add_heavy_pictures(HostileFiles& corpus) {
  const auto png = [&](const std::string& name, Verdict verdict, const PngRecipe& recipe) {
    corpus.add_heavy(name, verdict, [recipe] { return make_large_png(recipe); });
  };
  const auto jpeg = [&](const std::string& name, Verdict verdict, const JpegRecipe& recipe) {
    corpus.add_heavy(name, verdict, [recipe] { return make_jpeg(recipe); });
  };
  const auto coefficients = [&](const std::string& name, Verdict verdict,
                                const CoefficientRecipe& recipe) {
    corpus.add_heavy(name, verdict, [recipe] { return make_jpeg_of_coefficients(recipe); });
  };
  png("64mp-rgb.png", kEither, {.width = 8192, .height = 8192, .filter = 4, .noise_every = 16});
  png("64mp-grey.png", kTaken, {.width = 8192, .height = 8192, .colour_type = 0, .filter = 4});
  png("43mp-rgba-interlaced.png", kEither,
      {.width = 6600, .height = 6600, .colour_type = 6, .interlaced = true, .filter = 4});
  png("43mp-rgba16.png", kEither,
      {.width = 6600, .height = 6600, .bit_depth = 16, .colour_type = 6, .filter = 4});
  png("43mp-palette.png", kEither,
      {.width = 6600, .height = 6600, .bit_depth = 1, .colour_type = 3, .transparent = true});
  png("64mp-rgba16.png", kRefused,
      {.width = 8192, .height = 8192, .bit_depth = 16, .colour_type = 6});
  png("24mp-rgb.png", kTaken, {.width = 6000, .height = 4000, .filter = 1, .noise_every = 4});

  jpeg("24mp-camera.jpg", kTaken,
       {.width = 6000, .height = 4000, .halved_colours = true, .quality = 95, .noise = true});
  jpeg("64mp.jpg", kTaken, {.width = 8192, .height = 8192, .halved_colours = true, .noise = true});
  jpeg("34mp-progressive.jpg", kTaken, {.width = 5800, .height = 5800, .progressive = true});
  jpeg("20mp-progressive-noise.jpg", kTaken,
       {.width = 4500, .height = 4500, .progressive = true, .noise = true});
  jpeg("64mp-progressive.jpg", kRefused, {.width = 8192, .height = 8192, .progressive = true});
  jpeg("30mp-progressive-inks.jpg", kTaken,
       {.width = 5500, .height = 5500, .components = 4, .progressive = true});
  jpeg("2mp-progressive-arithmetic.jpg", kEither,
       {.width = 1000, .height = 1000, .progressive = true, .arithmetic = true, .noise = true});
  jpeg("64mp-arithmetic.jpg", kEither, {.width = 8192, .height = 8192, .arithmetic = true});
  corpus.add_heavy("9mp-90-scans.jpg", kEither, [] {
    return repeat_last_scan(make_jpeg({.width = 3000, .height = 3000, .progressive = true}), 85);
  });
  coefficients("51mp-full.jpg", kEither, {.width = 7168, .height = 7168});
  coefficients("25mp-full-progressive.jpg", kEither,
               {.width = 5000, .height = 5000, .progressive = true, .percent = 60});
  coefficients("5mp-full-arithmetic.jpg", kEither,
               {.width = 2200, .height = 2200, .arithmetic = true, .amplitude = 1000});
  coefficients("17mp-full-arithmetic.jpg", kRefused,
               {.width = 4200, .height = 4200, .arithmetic = true, .amplitude = 1000});

  corpus.add_heavy("30mp-lossless.webp", kTaken,
                   [] { return encode_as(solid_image(5500, 5500, {10, 100, 200}), ".webp"); });
  corpus.add_heavy("4mp-noise.webp", kTaken,
                   [] { return encode_as(noise_image(2000, 2000, 4, 1), ".webp"); });
  corpus.add_heavy("16mp-lossy.webp", kTaken,
                   [] { return encode_lossy_webp(solid_image(4000, 4000, {10, 100, 200, 7})); });
  corpus.add_heavy("20mp.bmp", kTaken, [] { return make_bmp({.width = 4600, .height = 4600}); });
  corpus.add_heavy("16mp-32-bits.bmp", kTaken,
                   [] { return make_bmp({.width = 4000, .height = 4000, .bits = 32}); });
  corpus.add_heavy("64mp-1-bit.bmp", kTaken,
                   [] { return make_bmp({.width = 8192, .height = 8192, .bits = 1}); });
}

// Pictures of one sample, but for the last.
void add_heavy_gif_and_tiff(HostileFiles& corpus) {
  const auto gif = [&](const std::string& name, Verdict verdict, int side, std::size_t clears) {
    corpus.add_heavy(name, verdict, [=] {
      GifRecipe recipe{.screen_width = side, .screen_height = side, .width = side, .height = side};
      recipe.pixels.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
      if (clears > 0) recipe.pixels.pop_back();
      recipe.clears = clears;
      return make_gif(recipe);
    });
  };
  gif("59mp.gif", kEither, 7700, 0);
  gif("endless-codes.gif", kRefused, 100, 60 << 20);
  const auto tiff = [&](const std::string& name, Verdict verdict, const TiffParts& parts,
                        std::size_t chunks, std::function<Bytes()> chunk) {
    corpus.add_heavy(name, verdict, [=] {
      TiffParts filled = parts;
      filled.chunks.assign(chunks, chunk());
      return make_tiff(filled);
    });
  };
  const TiffParts grey{.samples = 1, .colours = 1};
  TiffParts parts = grey;
  parts.width = parts.height = 8192;
  parts.compression = 8;
  tiff("64mp-zip.tif", kTaken, parts, 1, [] {
    return image_data_of(
        make_large_png({.width = 8191, .height = 8192, .bit_depth = 8, .colour_type = 0}));
  });
  parts.compression = 5;
  parts.height = 3200;
  parts.rows_per_strip = 128;  // 2.4 MB each
  tiff("cleared-at-each-pixel.tif", kEither, parts, 25,
       [] { return make_lzw_of_clears(128 * 8192); });
  parts.width = parts.height = 5120;
  parts.tile = 1024;
  tiff("cleared-in-tiles.tif", kEither, parts, 25, [] { return make_lzw_of_clears(1024 * 1024); });
  parts = grey;
  parts.width = 101;
  parts.height = 1500;
  parts.rows_per_strip = 100;
  parts.compression = 8;
  // Of more than 1 MB libtiff takes no more than ten times what it makes.
  parts.height = 6000;
  tiff("empty-blocks.tif", kRefused, parts, 60,
       [] { return image_data_of(make_png_of_empty_blocks(1000000)); });
  parts = {.width = 1000, .height = 1000, .colours = 6, .compression = 7};
  tiff("90-scans.tif", kEither, parts, 1, [] {
    return repeat_last_scan(make_jpeg({.width = 1000, .height = 1000, .progressive = true}), 80);
  });
  parts = {.width = 4600, .height = 4600};
  tiff("20mp.tif", kTaken, parts, 1, [] { return Bytes(std::size_t{3} * 4600 * 4600); });
}

}  // namespace

void add_heavy_files(HostileFiles& files) {
  add_heavy_chunks(files);
  add_heavy_pictures(files);
  add_heavy_gif_and_tiff(files);
}

}  // namespace simdb::test
