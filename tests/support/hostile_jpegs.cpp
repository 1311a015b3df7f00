#include <algorithm>
#include <random>
#include <stdexcept>

#include "tests/support/hostile_images.h"
#include "tests/support/jpeg_compressor.h"

namespace simdb::test {

Bytes make_jpeg(const JpegRecipe& recipe) {
  JpegCompressor compressor(recipe.width, recipe.height, recipe.components);
  jpeg_compress_struct& jpeg = compressor.jpeg();
  if (recipe.ycck) jpeg_set_colorspace(&jpeg, JCS_YCCK);
  jpeg_set_quality(&jpeg, recipe.quality, TRUE);
  if (!recipe.halved_colours) compressor.full_colours();
  if (recipe.progressive) jpeg_simple_progression(&jpeg);
  jpeg.arith_code = recipe.arithmetic ? TRUE : FALSE;
  jpeg_start_compress(&jpeg, TRUE);
  std::minstd_rand random(1);
  std::vector<JSAMPLE> row(static_cast<std::size_t>(recipe.width) * recipe.components, 100);
  JSAMPROW rows[] = {row.data()};
  for (int y = 0; y < recipe.height; ++y) {
    if (recipe.noise && y % 8 == 0) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = static_cast<JSAMPLE>(100 + random() % 64 + (i / 48 + y / 16) % 2 * 30);
      }
    }
    jpeg_write_scanlines(&jpeg, rows, 1);
  }
  return compressor.finish();
}

Bytes make_jpeg_of_coefficients(const CoefficientRecipe& recipe) {
  JpegCompressor compressor(recipe.width, recipe.height, 3);
  jpeg_compress_struct& jpeg = compressor.jpeg();
  jpeg_set_quality(&jpeg, 100, TRUE);
  compressor.full_colours();
  if (recipe.progressive) jpeg_simple_progression(&jpeg);
  jpeg.arith_code = recipe.arithmetic ? TRUE : FALSE;
  jpeg.optimize_coding = recipe.arithmetic ? FALSE : TRUE;
  const auto across = static_cast<JDIMENSION>(recipe.width / 8);
  const auto down = static_cast<JDIMENSION>(recipe.height / 8);
  auto* common = reinterpret_cast<j_common_ptr>(&jpeg);
  jvirt_barray_ptr planes[3];
  for (jvirt_barray_ptr& plane : planes) {
    plane = jpeg.mem->request_virt_barray(common, JPOOL_IMAGE, TRUE, across, down, 1);
  }
  jpeg_write_coefficients(&jpeg, planes);
  std::minstd_rand random(1);
  for (jvirt_barray_ptr plane : planes) {
    for (JDIMENSION y = 0; y < down; ++y) {
      JBLOCKROW blocks = jpeg.mem->access_virt_barray(common, plane, y, 1, TRUE)[0];
      JCOEF* first = blocks[0];
      std::generate_n(first, std::size_t{across} * DCTSIZE2, [&] {
        const auto drawn = static_cast<std::uint32_t>(random());
        const bool present = static_cast<int>(drawn / 2 % 100) < recipe.percent;
        return static_cast<JCOEF>(!present         ? 0
                                  : drawn % 2 == 0 ? recipe.amplitude
                                                   : -recipe.amplitude);
      });
    }
  }
  return compressor.finish();
}

Bytes repeat_last_scan(const Bytes& jpeg, int times) {
  const Bytes marker = to_bytes({0xFF, 0xDA});
  const auto scan = std::find_end(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
  const Bytes last(scan, jpeg.end() - 2);
  Bytes result(jpeg.begin(), jpeg.end() - 2);
  for (int i = 0; i < times; ++i) append(result, last);
  append(result, to_bytes({0xFF, 0xD9}));
  return result;
}

std::vector<JpegRecipe> jpeg_kinds(int width, int height) {
  std::vector<JpegRecipe> kinds;
  for (const int components : {1, 3, 4}) {
    for (const bool progressive : {false, true}) {
      for (const bool arithmetic : {false, true}) {
        kinds.push_back({.width = width,
                         .height = height,
                         .components = components,
                         .ycck = components == 4 && arithmetic,
                         .progressive = progressive,
                         .arithmetic = arithmetic,
                         .halved_colours = components == 3 && progressive,
                         .noise = true});
      }
    }
  }
  return kinds;
}

Bytes with_segments(const Bytes& jpeg, const Bytes& segment, std::size_t times) {
  Bytes result(jpeg.begin(), jpeg.begin() + 2);
  result.reserve(jpeg.size() + segment.size() * times);
  for (std::size_t i = 0; i < times; ++i) append(result, segment);
  append(result, std::span(jpeg).subspan(2));
  return result;
}

}  // namespace simdb::test
