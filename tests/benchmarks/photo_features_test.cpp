#include "benchmarks/photo_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmarks/bench_support.h"
#include "core/file_io.h"
#include "tests/benchmarks/image_tree.h"
#include "tests/support/errors.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/temporary_folder.h"

namespace simdb::bench {
namespace {

using ::testing::ElementsAre;

TEST(PhotoFeaturesTest, EverySourceGetsEveryFile) {
  const test::TemporaryFolder folder;
  write_solid(folder / "1.png", {9, 0, 0});
  write_solid(folder / "2.png", {0, 0, 9});
  const std::vector<std::filesystem::path> files = {folder / "1.png", folder / "2.png"};
  const std::vector<FeatureSource> sources = {
      {"first pixel", std::make_shared<test::FirstPixelEncoder>(), {}}, {"pixels", nullptr, {}}};
  std::size_t seen = 0;
  const auto rows = read_features(files, sources, 0, [&](std::size_t done) { seen = done; });
  EXPECT_EQ(seen, 2U);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].row(0)[0], 1);
  EXPECT_EQ(rows[0].row(1)[2], 1);
  EXPECT_EQ(rows[1].rows(), 2U);
  EXPECT_EQ(rows[1].dimension(), 3072U);
  write_file_atomic(files[1], std::string_view("no picture"));
  EXPECT_EQ(test::code_of([&] { read_features(files, sources, 0); }), ErrorCode::kBadInput);
}

TEST(PhotoFeaturesTest, PrefixesHaveLengthOneAgain) {
  EmbeddingBatch rows(3);
  append_features(rows, std::vector<float>{3, 4, 12});
  append_features(rows, std::vector<float>{0, 0, 0});
  EXPECT_NEAR(rows.row(0)[2], 12.0 / 13, 1e-6);
  EXPECT_THAT(rows.row(1), ElementsAre(1, 0, 0));
  const EmbeddingBatch cut = prefix_of(rows, 2);
  EXPECT_NEAR(cut.row(0)[0], 0.6, 1e-6);
  EXPECT_NEAR(cut.row(0)[1], 0.8, 1e-6);
  EXPECT_EQ(test::code_of([&] { prefix_of(rows, 4); }), ErrorCode::kUsage);
  EXPECT_EQ(test::code_of([&] { append_features(rows, std::vector<float>{1}); }),
            ErrorCode::kUsage);
}

TEST(PhotoFeaturesTest, StoredPicturesAreCentreSquares) {
  const Image wide = test::quadrant_image(40, 16);  // red, green / blue, white
  const Image stored = stored_at(wide, 8);
  EXPECT_EQ(stored.width, 8);
  EXPECT_EQ(stored.height, 8);
  EXPECT_THAT(std::span(stored.pixels).first(3), ElementsAre(255, 0, 0));
  EXPECT_THAT(std::span(stored.pixels).last(3), ElementsAre(255, 255, 255));
  EXPECT_EQ(stored_at(wide, 99).width, 16);
}

TEST(PhotoFeaturesTest, NestedLengthsComeFromTheModel) {
  const test::TemporaryFolder folder;
  EncoderModel model = default_network();
  write_file_atomic(folder / "plain.onnx", write_onnx_model(model));
  model.notes["nested"] = "4, 8,16";
  write_file_atomic(folder / "nested.onnx", write_onnx_model(model));
  EXPECT_THAT(encoder_source((folder / "plain.onnx").string()).lengths, ElementsAre());
  EXPECT_THAT(encoder_source((folder / "nested.onnx").string()).lengths, ElementsAre(4, 8));
}

}  // namespace
}  // namespace simdb::bench
