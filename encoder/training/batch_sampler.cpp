#include "encoder/training/batch_sampler.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"

namespace simdb::training {
namespace {

std::size_t below(std::size_t limit, std::mt19937_64& random) {
  return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

/// Moves `count` elements, chosen at random, to the front (the first steps of a Fisher-Yates
/// shuffle).
template <typename T>
void draw_to_front(std::vector<T>& items, std::size_t count, std::mt19937_64& random) {
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(items[i], items[i + below(items.size() - i, random)]);
  }
}

}  // namespace

BatchShape choose_batch_shape(std::size_t class_count, int rows) {
  BatchShape shape;
  shape.images = class_count < 8 ? 8 : 4;
  const int most = std::max(2, rows / shape.images);
  shape.classes = static_cast<int>(std::clamp<std::size_t>(class_count, 2, most));
  shape.groups = std::max(1, rows / (shape.classes * shape.images));
  return shape;
}

BatchSampler::BatchSampler(std::span<const int> labels, BatchShape shape, std::uint64_t seed)
    : shape_(shape), random_(seed) {
  std::map<int, std::vector<std::int64_t>> members;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    members[labels[i]].push_back(static_cast<std::int64_t>(i));
  }
  if (members.size() < 2) {
    throw Error(ErrorCode::kUsage, "can't draw batches from one class; training compares classes");
  }
  if (shape.groups < 1 || shape.classes < 2 || shape.images < 2) {
    throw Error(ErrorCode::kUsage, "a batch needs a group, two classes and two images of each");
  }
  shape_.classes = std::min(shape.classes, static_cast<int>(members.size()));
  for (auto& [label, rows] : members) classes_.push_back({label, std::move(rows)});
}

Batch BatchSampler::next() {
  Batch batch;
  for (int group = 0; group < shape_.groups; ++group) {
    draw_to_front(classes_, shape_.classes, random_);
    for (int i = 0; i < shape_.classes; ++i) append_class(classes_[i], group, batch);
  }
  return batch;
}

void BatchSampler::append_class(Members& members, int group, Batch& batch) {
  auto& rows = members.rows;
  const std::size_t distinct = std::min<std::size_t>(shape_.images, rows.size());
  draw_to_front(rows, distinct, random_);
  for (int i = 0; i < shape_.images; ++i) {
    const std::size_t pick =
        static_cast<std::size_t>(i) < distinct ? i : below(rows.size(), random_);
    batch.rows.push_back(rows[pick]);
    batch.labels.push_back(members.label);
    batch.groups.push_back(group);
  }
}

}  // namespace simdb::training
