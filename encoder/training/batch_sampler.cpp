#include "encoder/training/batch_sampler.h"

#include <algorithm>
#include <locale>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "simdb/error.h"

namespace simdb::training {
namespace {

std::size_t below(std::size_t limit, std::mt19937_64& random) {
  return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

/// `count` different numbers below `limit`, in random order (the first steps of a Fisher-Yates
/// shuffle). Nothing stays shuffled, so that the generator is all the state there is.
std::vector<std::size_t> draw_distinct(std::size_t count, std::size_t limit,
                                       std::mt19937_64& random) {
  std::map<std::size_t, std::size_t> moved;  // where the shuffle would hold another number
  const auto at = [&](std::size_t place) {
    const auto found = moved.find(place);
    return found == moved.end() ? place : found->second;
  };
  std::vector<std::size_t> drawn(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = i + below(limit - i, random);
    drawn[i] = at(place);
    moved[place] = at(i);
  }
  return drawn;
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

BatchSampler::BatchSampler(std::span<const int> labels, BatchShape shape, std::uint64_t seed,
                           const Siblings& siblings)
    : shape_(shape), sibling_share_(siblings.share), random_(seed) {
  std::map<int, std::vector<std::int64_t>> members;
  std::map<int, std::set<int>> labels_of_parent;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    members[labels[i]].push_back(static_cast<std::int64_t>(i));
    if (!siblings.parents.empty()) labels_of_parent[siblings.parents[i]].insert(labels[i]);
  }
  if (members.size() < 2) {
    throw Error(ErrorCode::kUsage, "can't draw batches from one class; training compares classes");
  }
  if (shape.groups < 1 || shape.classes < 2 || shape.images < 2) {
    throw Error(ErrorCode::kUsage, "a batch needs a group, two classes and two images of each");
  }
  shape_.classes = std::min(shape.classes, static_cast<int>(members.size()));
  std::map<int, std::size_t> place_of_label;
  for (auto& [label, rows] : members) {
    place_of_label[label] = classes_.size();
    classes_.push_back({label, std::move(rows)});
  }
  if (labels_of_parent.size() < 2) return;
  for (const auto& [parent, family] : labels_of_parent) {
    auto& places = families_.emplace_back();
    for (const int label : family) places.push_back(place_of_label[label]);
  }
}

Batch BatchSampler::next() {
  Batch batch;
  for (int group = 0; group < shape_.groups; ++group) {
    for (const std::size_t i : draw_classes()) append_class(classes_[i], group, batch);
  }
  return batch;
}

std::vector<std::size_t> BatchSampler::draw_classes() {
  const auto wanted = static_cast<std::size_t>(shape_.classes);
  const bool siblings =
      !families_.empty() && std::uniform_real_distribution<>()(random_) < sibling_share_;
  if (!siblings) return draw_distinct(wanted, classes_.size(), random_);
  std::vector<std::size_t> drawn;
  drawn.reserve(wanted);
  for (const std::size_t family : draw_distinct(families_.size(), families_.size(), random_)) {
    const auto& places = families_[family];
    const std::size_t count = std::min(wanted - drawn.size(), places.size());
    for (const std::size_t i : draw_distinct(count, places.size(), random_)) {
      drawn.push_back(places[i]);
    }
    if (drawn.size() == wanted) break;
  }
  return drawn;
}

void BatchSampler::append_class(const Members& members, int group, Batch& batch) {
  const auto& rows = members.rows;
  const std::size_t distinct = std::min<std::size_t>(shape_.images, rows.size());
  const std::vector<std::size_t> drawn = draw_distinct(distinct, rows.size(), random_);
  for (int i = 0; i < shape_.images; ++i) {
    const std::size_t pick =
        static_cast<std::size_t>(i) < distinct ? drawn[i] : below(rows.size(), random_);
    batch.rows.push_back(rows[pick]);
    batch.labels.push_back(members.label);
    batch.groups.push_back(group);
  }
}

std::string BatchSampler::state() const {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << random_;
  return text.str();
}

void BatchSampler::restore(const std::string& state) {
  std::istringstream text(state);
  text.imbue(std::locale::classic());
  std::mt19937_64 random;
  if (!(text >> random)) {
    throw Error(ErrorCode::kBadInput,
                "can't go on with drawing batches: this is no state of its random numbers; the "
                "checkpoint is damaged");
  }
  random_ = random;
}

}  // namespace simdb::training
