#include <algorithm>
#include <string>
#include <vector>

#include "tests/database/gallery_conformance.h"
#include "tests/support/embeddings.h"

namespace simdb::test {
namespace {

std::vector<ItemId> walk(const Gallery& gallery, std::size_t limit, const SearchFilter& filter) {
  std::vector<ItemId> ids;
  for (ItemId last{};;) {
    const auto page = gallery.items_after(last, limit, filter);
    EXPECT_LE(page.size(), limit);
    if (page.empty()) return ids;
    last = page.back().id;
    for (const ItemRecord& record : page) ids.push_back(record.id);
  }
}

bool same_hit(const LabeledNeighbor& a, const LabeledNeighbor& b) {
  return a.id == b.id && a.similarity == b.similarity && a.class_name == b.class_name &&
         a.source == b.source && a.class_size == b.class_size &&
         a.mean_similarity == b.mean_similarity;
}

bool same_hits(const std::vector<LabeledNeighbor>& a, const std::vector<LabeledNeighbor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_hit);
}

// All of it, classes, ids that exist and don't, both; what passes nothing.
std::vector<SearchFilter> some_filters(const Gallery& gallery) {
  std::vector<ItemId> some{ItemId{2}};
  for (std::uint64_t id = 3; id < 400; id += 5) some.push_back(ItemId{id});
  std::vector<SearchFilter> filters{{}, {{"none"}}, {{"a", "none", "c"}}, {{}, some}};
  for (const ClassCount& entry : gallery.classes()) filters.push_back({{entry.name}});
  filters.push_back({{"b", "a"}, some});
  using enum Comparison;
  for (const MetadataCondition& condition : {MetadataCondition{"n", kEqual, 3.0},
                                             {"n", kLess, 4.0},
                                             {"n", kNotEqual, 1.0},
                                             {"t", kEqual, "red"},
                                             {"t", kGreater, "blue"},
                                             {"none", kNotEqual, true}}) {
    filters.push_back({{}, {}, {condition}});
    filters.push_back({{"a"}, some, {condition, {"n", kGreaterOrEqual, 2.0}}});
  }
  return filters;
}

}  // namespace

std::string difference(const Gallery& a, const Gallery& b, std::uint64_t seed) {
  if (a.classes() != b.classes()) return "the classes differ";
  if (a.stats().items != b.stats().items) return "the numbers of items differ";
  if (a.kept_images() != b.kept_images()) return "the images that are kept differ";
  const std::vector<ItemId> ids = walk(a, 1000, {});
  if (ids != walk(b, 7, {})) return "the items differ";
  for (const char* field : {"n", "t", "none"}) {
    if (a.count_by(field) != b.count_by(field)) return "the counts by a field differ";
    if (a.count_by(field, {{"a"}}) != b.count_by(field, {{"a"}})) return "counts in a class differ";
  }
  for (const ItemId id : ids) {
    if (a.get(id)->info != b.get(id)->info) return "a record differs";
    if (a.embedding(id) != b.embedding(id)) return "an embedding differs";
    if (a.thumbnail(id) != b.thumbnail(id)) return "a thumbnail differs";
    const ItemInfo info = a.get(id)->info;
    if (!info.key.empty() && a.find_key(info.key) != id) return "a key leads elsewhere";
    if (a.find_key(info.key) != b.find_key(info.key)) return "a key differs";
    if (a.find_digest(info.digest) != b.find_digest(info.digest)) return "a digest differs";
  }
  const EmbeddingBatch queries = corner_embeddings(3, seed);
  for (const SearchFilter& filter : some_filters(a)) {
    if (walk(a, 3, filter) != walk(b, 1000, filter)) return "pages under a filter differ";
    const auto batch = a.look_up_batch(queries, {.k = 5, .filter = filter});
    const auto wide = a.look_up_batch(queries, {.within = 0.25F, .filter = filter});
    const auto found = a.search_batch(queries, 9, filter);
    for (std::size_t i = 0; i < queries.rows(); ++i) {
      const auto query = queries.row(i);
      const Lookup near{.k = 5, .filter = filter};
      const Lookup within{.within = 0.25F, .filter = filter};
      if (found[i] != b.search(query, 9, filter)) return "a batch of searches differs";
      if (a.search(query, 9, filter) != found[i]) return "a search differs";
      if (a.range_search(query, 0.25F, filter) != b.range_search(query, 0.25F, filter)) {
        return "a range differs";
      }
      if (!same_hits(a.look_up(query, near), b.look_up(query, near))) return "a look-up differs";
      if (!same_hits(batch[i], b.look_up(query, near))) return "a batch of look-ups differs";
      if (!same_hits(a.look_up(query, within), b.look_up(query, within)) ||
          !same_hits(wide[i], b.look_up(query, within))) {
        return "a look-up within a similarity differs";
      }
    }
  }
  return "";
}

}  // namespace simdb::test
