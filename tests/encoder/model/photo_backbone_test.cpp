// The network behind `photo`, where scripts/setup.sh has made it: what OpenCV computes from the
// file is what NumPy computes from it (scripts/make_photo_backbone.py --check compares that with
// the published weights).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "core/file_io.h"
#include "encoder/model/backbone_features.h"
#include "encoder/model/onnx_model.h"
#include "simdb/onnx_encoder.h"
#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

constexpr int kSide = 224;
constexpr std::size_t kFeatures = 1280;
constexpr std::size_t kImages = 3;

// Noise, a slow change of colour, and a chessboard.
std::vector<std::uint8_t> pictures() {
  std::mt19937 random(7);
  std::vector<std::uint8_t> pixels;
  for (std::size_t image = 0; image < kImages; ++image) {
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        for (int c = 0; c < 3; ++c) {
          const int value = image == 0   ? static_cast<int>(random() % 256)
                            : image == 1 ? (c == 0   ? x
                                            : c == 1 ? y
                                                     : (x + y) / 2)
                                         : ((x / 28 + y / 28) % 2) * 200 + c * 20;
          pixels.push_back(static_cast<std::uint8_t>(value));
        }
      }
    }
  }
  return pixels;
}

TEST(PhotoBackbone, GivesTheFeaturesThatNumpyGives) {
  if (!std::filesystem::exists(SIMDB_PHOTO_BACKBONE)) {
    GTEST_SKIP() << SIMDB_PHOTO_BACKBONE
                 << " is not there: scripts/setup.sh makes it where PyPI can be reached";
  }
  InputSpec input{.width = kSide, .height = kSide, .channels = 3};
  input.mean.fill(127.0F / 255.0F);
  input.scale.fill(128.0F / 255.0F);
  const BackboneFeatures features(
      read_backbone(read_model_file(SIMDB_PHOTO_BACKBONE), "photo_backbone.onnx", input));
  EXPECT_EQ(features.dimension(), kFeatures);
  EXPECT_FALSE(features.backbone().one_at_a_time);
  const std::vector<std::uint8_t> pixels = pictures();
  const std::vector<float> found = features.compute(pixels);
  ASSERT_EQ(found.size(), kImages * kFeatures);

  const test::TemporaryFolder folder;
  const std::string source = (folder / "pixels").string();
  const std::string target = (folder / "features.npy").string();
  std::ofstream(source, std::ios::binary)
      .write(reinterpret_cast<const char*>(pixels.data()),
             static_cast<std::streamsize>(pixels.size()));
  const test::ProcessResult numpy =
      test::run_process({SIMDB_SYSTEM_PYTHON, "-B", SIMDB_PHOTO_CONVERTER, "--features",
                         SIMDB_PHOTO_BACKBONE, source, target});
  ASSERT_EQ(numpy.code, 0) << numpy.err;
  const std::vector<std::byte> file = read_file(target, 1 << 20);
  ASSERT_GT(file.size(), found.size() * sizeof(float));
  std::vector<float> expected(found.size());
  std::memcpy(expected.data(), file.data() + file.size() - found.size() * sizeof(float),
              found.size() * sizeof(float));

  float apart = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    apart = std::max(apart, std::abs(found[i] - expected[i]));
  }
  EXPECT_LE(apart, 1e-4F);
  for (std::size_t row = 0; row < kImages; ++row) {
    float squares = 0;
    for (std::size_t i = 0; i < kFeatures; ++i) {
      squares += found[row * kFeatures + i] * found[row * kFeatures + i];
    }
    EXPECT_NEAR(squares, 1, 1e-4);
  }
}

}  // namespace
}  // namespace simdb
