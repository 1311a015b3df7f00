#include <gtest/gtest.h>

#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <random>
#include <vector>

#include "encoder/model/onnx_model.h"
#include "simdb/onnx_encoder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

using Stroke = std::vector<cv::Point2d>;

/// A sign of two strokes of four random points each, on a square of side 1.
std::vector<Stroke> random_sign(std::mt19937& random) {
  std::uniform_real_distribution<> place(0.15, 0.85);
  std::vector<Stroke> strokes(2);
  for (auto& stroke : strokes) {
    for (int i = 0; i < 4; ++i) stroke.emplace_back(place(random), place(random));
  }
  return strokes;
}

/// Drawn by an unsteady hand: black on white, points up to 4 % of the side away.
Image draw(const std::vector<Stroke>& sign, std::mt19937& random) {
  constexpr int kSide = 105;
  std::uniform_real_distribution<> away(-0.04, 0.04);
  cv::Mat paper(kSide, kSide, CV_8UC1, cv::Scalar(255));
  for (const auto& stroke : sign) {
    std::vector<cv::Point> points;
    for (const auto& point : stroke) {
      points.emplace_back(static_cast<int>((point.x + away(random)) * kSide),
                          static_cast<int>((point.y + away(random)) * kSide));
    }
    cv::polylines(paper, points, false, cv::Scalar(0), 3, cv::LINE_AA);
  }
  return {kSide, kSide, 1, {paper.begin<std::uint8_t>(), paper.end<std::uint8_t>()}};
}

TEST(ShippedModelsTest, OmniglotTellsSignsApartThatItNeverSaw) {
  const fs::path file = fs::path(SIMDB_MODELS) / "omniglot.onnx";
  EXPECT_LE(fs::file_size(file), 4'000'000U);
  const OnnxEncoder encoder(read_model_file(file), file.string());
  EXPECT_EQ(encoder.dimension(), 16U);
  EXPECT_EQ(encoder.header().input.channels, 1);

  constexpr int kSigns = 50;
  std::mt19937 random(1);
  std::vector<Image> known;
  std::vector<Image> queries;
  for (int i = 0; i < kSigns; ++i) {
    const auto sign = random_sign(random);
    known.push_back(draw(sign, random));
    queries.push_back(draw(sign, random));
  }
  const EmbeddingBatch gallery = encoder.encode(known);
  const EmbeddingBatch seen = encoder.encode(queries);
  int right = 0;
  for (int i = 0; i < kSigns; ++i) {
    int best = 0;
    float most = -2;
    for (int j = 0; j < kSigns; ++j) {
      float dot = 0;
      for (std::size_t d = 0; d < 16; ++d) dot += seen.row(i)[d] * gallery.row(j)[d];
      if (dot > most) {
        most = dot;
        best = j;
      }
    }
    right += best == i ? 1 : 0;
  }
  EXPECT_GE(right, 48) << "of " << kSigns;
}

}  // namespace
}  // namespace simdb
