#include <set>
#include <unordered_map>

#include "core/class_mean.h"
#include "core/item_update.h"
#include "core/vote.h"
#include "postgres/search_internal.h"
#include "simdb/classifier.h"

namespace simdb::postgres {
namespace {

constexpr const char* kLabels =
    "SELECT i.id, i.class_name, i.source, i.key IS NOT NULL OR i.metadata <> '{}', c.items, c.mark "
    "FROM items i JOIN classes c ON c.name = i.class_name WHERE i.id = ANY($1::bigint[])";
constexpr const char* kMembers =
    "SELECT i.class_name, v.embedding FROM items i JOIN vectors v ON v.id = i.id "
    "WHERE i.class_name = ANY($1::text[]) ORDER BY i.class_name, i.id";

}  // namespace

std::vector<std::vector<LabeledNeighbor>> HitLabels::describe(
    Connection& connection, const EmbeddingBatch& queries,
    const std::vector<std::vector<Neighbor>>& found) {
  std::vector<ItemId> ids;
  for (const auto& list : found) {
    for (const Neighbor& hit : list) ids.push_back(hit.id);
  }
  std::vector<std::vector<LabeledNeighbor>> hits(found.size());
  if (ids.empty()) return hits;
  const Result rows = connection.run(kLabels, Params().ids(each_once(std::move(ids))));
  std::unordered_map<std::int64_t, std::size_t> row_of;
  Classes classes;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    row_of.emplace(rows.number(row, 0), row);
    classes.try_emplace(
        std::string(rows.text(row, 1)),
        Class{static_cast<std::uint64_t>(rows.number(row, 4)), rows.number(row, 5)});
  }
  std::set<std::string> heard;  // classes whose means are asked for
  for (std::size_t q = 0; q < found.size(); ++q) {
    for (const Neighbor& hit : found[q]) {
      const auto row = row_of.find(static_cast<std::int64_t>(to_number(hit.id)));
      // Only of shards that have no state in common: it was removed meanwhile.
      if (row == row_of.end()) continue;
      hits[q].push_back({hit.id, hit.similarity, std::string(rows.text(row->second, 1)),
                         std::string(rows.text(row->second, 2)), 1, std::nullopt,
                         rows.number(row->second, 3) != 0});
    }
    describe_classes(queries.row(q), hits[q], [&](std::string_view name, bool with_mean) {
      if (with_mean) heard.emplace(name);
      return ClassSummary();
    });
  }
  add_means(connection, heard, classes);
  for (std::size_t q = 0; q < hits.size(); ++q) {
    describe_classes(queries.row(q), hits[q], [&](std::string_view name, bool with_mean) {
      const Class& known = classes.find(name)->second;
      return ClassSummary{known.items, with_mean ? known.mean : nullptr};
    });
  }
  return hits;
}

void HitLabels::add_means(Connection& connection, const std::set<std::string>& names,
                          Classes& classes) {
  std::vector<std::string> unknown;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : names) {
      Class& wanted = classes.find(name)->second;
      if (!mean_is_heard(0, wanted.items)) continue;
      const auto known = means_.find(name);
      if (known != means_.end() && known->second.first == wanted.mark) {
        wanted.mean = known->second.second;
      } else {
        unknown.push_back(name);
      }
    }
  }
  if (unknown.empty()) return;
  const Result rows = connection.run(kMembers, Params().texts(unknown));
  std::vector<float> values(dimension_);
  for (std::size_t row = 0; row < rows.rows();) {
    const std::string_view name = rows.text(row, 0);
    ClassMean mean(dimension_);
    for (; row < rows.rows() && rows.text(row, 0) == name; ++row) {
      rows.vector(row, 1, values);
      mean.add(values);
    }
    if (auto direction = mean.direction()) {
      classes.find(name)->second.mean = std::make_shared<const Embedding>(*std::move(direction));
    }
  }
  const std::lock_guard lock(mutex_);
  if ((means_.size() + unknown.size()) * dimension_ > kMaxNumbers) means_.clear();
  for (const std::string& name : unknown) {
    const Class& now = classes.find(name)->second;
    means_.insert_or_assign(name, std::pair(now.mark, now.mean));
  }
}

}  // namespace simdb::postgres
