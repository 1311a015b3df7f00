#include "pipeline/tune.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "core/random_order.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kMostVoters = 100;
constexpr std::size_t kFewestItems = 50;
constexpr std::uint64_t kSeed = 1;

// The items of a gallery, but for copies.
struct LabeledRows {
  explicit LabeledRows(std::size_t dimension) : embeddings(dimension) {}

  EmbeddingBatch embeddings;
  std::vector<int> labels;
};

LabeledRows rows_of(const Gallery& gallery, const std::function<void()>& check) {
  struct Item {
    int label = 0;
    Sha256 digest{};
  };
  std::map<ItemId, Item> items;
  std::map<std::string, int> labels;
  gallery.for_each_item([&](const ItemRecord& record) {
    check();
    const int next = static_cast<int>(labels.size());
    const int label = labels.try_emplace(record.info.class_name, next).first->second;
    items.emplace(record.id, Item{label, record.info.digest});
    return true;
  });
  LabeledRows rows(gallery.dimension());
  std::set<std::pair<int, Sha256>> files;
  std::set<std::pair<int, std::string>> vectors;
  gallery.for_each_embedding([&](ItemId id, std::span<const float> values) {
    check();
    const auto item = items.find(id);
    if (item == items.end()) return true;
    const auto& [label, digest] = item->second;
    const auto bytes = std::as_bytes(values);
    const std::string vector(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const bool is_copy = (digest != Sha256{} && !files.emplace(label, digest).second) ||
                         !vectors.emplace(label, vector).second;
    if (is_copy) return true;
    rows.embeddings.append_unit(values);
    rows.labels.push_back(label);
    return true;
  });
  return rows;
}

}  // namespace

Tuning tune_votes(const Gallery& gallery, const QueryOptions& present, std::size_t most,
                  const std::function<void()>& check) {
  const LabeledRows rows = rows_of(gallery, check);
  std::map<int, std::size_t> sizes;
  for (const int label : rows.labels) ++sizes[label];
  std::vector<std::size_t> asked;
  for (std::size_t row = 0; row < rows.labels.size(); ++row) {
    if (sizes[rows.labels[row]] > 1) asked.push_back(row);
  }
  std::mt19937_64 random(kSeed);
  draw_to_front(std::span(asked), most, random);
  asked.resize(std::min(most, asked.size()));
  if (asked.size() < kFewestItems || sizes.size() < 2) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("there is too little to tune by: {} different images in classes of two "
                            "or more, {} classes; {} and 2 are needed",
                            asked.size(), sizes.size(), kFewestItems));
  }
  const std::size_t voters = std::max(kMostVoters, present.k);
  const auto votes =
      votes_of_others(rows.embeddings, rows.labels, asked, {.voters = voters, .check = check});
  Tuning tuning;
  tuning.items = asked.size();
  tuning.choices = try_votes(votes, kMostVoters);
  tuning.present = {present.k, present.rule, quality_of(votes, present.k, present.rule)};
  tuning.best = best_vote(tuning.choices, tuning.present, asked.size());
  return tuning;
}

}  // namespace simdb
