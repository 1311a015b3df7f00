#include "tests/index/row_mix.h"

#include <algorithm>

namespace simdb::test {
namespace {

constexpr std::size_t kDimension = 16;

std::vector<float> scaled(std::vector<float> values, float length) {
  for (float& value : values) value *= length;
  return values;
}

}  // namespace

RowMix::RowMix(Kind kind, std::uint64_t seed) : kind_(kind), random_(seed) {
  const std::vector<float> origin(kDimension, 0.0F);
  for (int i = 0; i < (kind == Kind::kDuplicates ? 30 : 12); ++i) points_.push_back(near(origin));
}

std::vector<float> RowMix::near(const std::vector<float>& centre) {
  std::vector<float> values(centre);
  for (float& value : values) value += 0.1F * normal_(random_);
  const Embedding unit = Embedding::normalized(values);
  return {unit.values().begin(), unit.values().end()};
}

std::vector<float> RowMix::next() {
  ++made_;
  const std::vector<float>& point = points_[random_() % points_.size()];
  switch (kind_) {
    case Kind::kClustered: {
      const auto step = static_cast<float>(random_() % 19) / 9 - 1;
      return scaled(near(point), 1 + 9e-4F * step);
    }
    case Kind::kUniform:
      return near(std::vector<float>(kDimension, 0.0F));
    case Kind::kDuplicates:
      if (random_() % 8 == 0) return near(point);
      return scaled(point, random_() % 4 == 0 ? -1.0F : 1.0F);
    case Kind::kCorners: {
      std::vector<float> values(kDimension);
      for (float& value : values) value = random_() % 2 == 0 ? 0.25F : -0.25F;
      return values;
    }
    case Kind::kDrifting:
      if (made_ % 60 == 0) points_[made_ / 60 % points_.size()] = near(scaled(point, 0.2F));
      return near(point);
  }
  return {};
}

EmbeddingBatch RowMix::next(std::size_t rows) {
  EmbeddingBatch batch(kDimension);
  for (std::size_t r = 0; r < rows; ++r) batch.append_unit(next());
  return batch;
}

std::string name_of(RowMix::Kind kind) {
  switch (kind) {
    case RowMix::Kind::kClustered:
      return "Clustered";
    case RowMix::Kind::kUniform:
      return "Uniform";
    case RowMix::Kind::kDuplicates:
      return "Duplicates";
    case RowMix::Kind::kCorners:
      return "Corners";
    case RowMix::Kind::kDrifting:
      return "Drifting";
  }
  return "";
}

}  // namespace simdb::test
