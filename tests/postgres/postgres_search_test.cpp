// Answers of PostgreSQL against those of the gallery in a folder.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "database/embedded_gallery.h"
#include "tests/database/gallery_conformance.h"
#include "tests/postgres/recall.h"
#include "tests/postgres/server.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

class PostgresSearchTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (IsSkipped()) return;
    gallery = PostgresGallery::create(address, small_identity());
    embedded = std::make_unique<EmbeddedGallery>(Store::create(folder / "store", small_identity()),
                                                 folder.path());
  }
  void add(const std::vector<NewItem>& items, const EmbeddingBatch& embeddings) {
    gallery->add(items, embeddings);
    embedded->add(items, embeddings);
  }

  TemporaryFolder folder;
  std::unique_ptr<PostgresGallery> gallery;
  std::unique_ptr<EmbeddedGallery> embedded;
};

TEST_F(PostgresSearchTest, ListsAreThoseOfTheFolder) {
  constexpr std::size_t kItems = 20'000;
  constexpr std::size_t kQueries = 500;
  constexpr std::size_t kFilteredQueries = 100;
  std::vector<NewItem> items;
  for (std::uint64_t n = 1; n <= kItems; ++n) {
    NewItem item = numbered_item(n, "class " + std::to_string(n % 50));
    item.info.metadata["n"] = static_cast<double>(n % 97) / 8;
    item.info.metadata["t"] =
        n % 3 == 0 ? std::string("\0\1", n % 3) : "t" + std::to_string(n % 11);
    items.push_back(std::move(item));
  }
  EmbeddingBatch embeddings = clustered_embeddings(kItems / 2, 16, 50, 1);
  // Half of them twice, so that ties are everywhere.
  for (std::size_t i = 0; i < kItems / 2; ++i)
    embeddings.append_unit(embeddings.row(i * 7 % (kItems / 2)));
  add(items, embeddings);
  std::vector<ItemId> some;
  for (std::uint64_t id = 5; id < kItems; id += 9) some.push_back(ItemId{id});
  using enum Comparison;
  const std::vector<SearchFilter> filters{{},
                                          {{"class 7", "class 8"}},
                                          {{}, some},
                                          {{}, {}, {{"n", kLess, 3.125}}},
                                          {{}, {}, {{"t", kGreaterOrEqual, std::string("t5")}}},
                                          {{"class 9"}, some, {{"n", kNotEqual, 1.0}}}};
  for (const SearchFilter& filter : filters) {
    const bool is_first = &filter == filters.data();
    const EmbeddingBatch queries =
        clustered_embeddings(is_first ? kQueries : kFilteredQueries, 16, 50, 2);
    const Lookup lookup{.k = 10, .filter = filter};
    const auto found = gallery->look_up_batch(queries, lookup);
    const auto expected = embedded->look_up_batch(queries, lookup);
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      ASSERT_EQ(found[q].size(), expected[q].size());
      for (std::size_t i = 0; i < found[q].size(); ++i) {
        const LabeledNeighbor& a = found[q][i];
        const LabeledNeighbor& b = expected[q][i];
        ASSERT_EQ(a.id, b.id) << "query " << q << ", place " << i;
        ASSERT_EQ(a.similarity, b.similarity);
        ASSERT_EQ(a.mean_similarity, b.mean_similarity);
        ASSERT_EQ(a.class_size, b.class_size);
        ASSERT_EQ(a.has_details, b.has_details);
      }
    }
    for (std::size_t q = 0; q < 20; ++q) {
      ASSERT_EQ(gallery->range_search(queries.row(q), 0.9F, filter),
                embedded->range_search(queries.row(q), 0.9F, filter));
    }
  }
}

TEST_F(PostgresSearchTest, AGuessThatIsWrongByNowChangesNoAnswer) {
  constexpr std::size_t kItems = 25'000;
  std::vector<NewItem> items;
  for (std::uint64_t n = 1; n <= kItems; ++n) items.push_back(numbered_item(n, "a"));
  add(items, random_embeddings(kItems, 16, 4));
  const EmbeddingBatch queries = random_embeddings(10, 16, 5);
  const auto compare = [&] {
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      EXPECT_EQ(gallery->search(queries.row(q), 10), embedded->search(queries.row(q), 10));
    }
  };
  compare();
  for (const std::uint64_t left : {500, 20, 0}) {  // fewer than were guessed to be near
    std::vector<ItemId> rest;
    for (std::uint64_t id = left + 1; id <= kItems; ++id) rest.push_back(ItemId{id});
    gallery->remove(rest);
    embedded->remove(rest);
    compare();
  }
}

TEST_F(PostgresSearchTest, ThousandsOfTheSameVectorAreRankedById) {
  std::vector<NewItem> items;
  for (std::uint64_t n = 1; n <= 3000; ++n) items.push_back(numbered_item(n, "a"));
  add(items, axis_embeddings(items.size(), 16, 3));
  const EmbeddingBatch query = axis_embeddings(1, 16, 3);
  EXPECT_EQ(gallery->search(query.row(0), 20), embedded->search(query.row(0), 20));
  EXPECT_EQ(gallery->search(query.row(0), 5000), embedded->search(query.row(0), 5000));
  EXPECT_EQ(gallery->search(query.row(0), SIZE_MAX).size(), 3000U);
}

TEST_F(PostgresSearchTest, ConditionsMeanWhatTheyDoInAFolder) {
  const std::vector<MetadataValue> values{true,
                                          false,
                                          0.0,
                                          -0.0,
                                          5e-324,
                                          1e-7,
                                          0.1,
                                          1.0,
                                          1e17,
                                          9007199254740993.0,
                                          1.7976931348623157e308,
                                          -1e308,
                                          std::string(),
                                          std::string("a"),
                                          std::string("B"),
                                          std::string("ä"),
                                          std::string("a\0b", 3),
                                          std::string("a\1b"),
                                          std::string("a\2"),
                                          std::string("\"\\u0000")};
  std::vector<NewItem> items;
  for (std::size_t i = 0; i < values.size(); ++i) {
    NewItem item = numbered_item(i + 1, "a");
    item.info.metadata["f"] = values[i];
    items.push_back(item);
  }
  items.push_back(numbered_item(1000, "a"));  // without the field
  add(items, random_embeddings(items.size(), 16, 1));
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(gallery->get(ItemId{i + 1})->info, embedded->get(ItemId{i + 1})->info) << i;
  }
  std::vector<MetadataValue> wanted = values;
  wanted.insert(wanted.end(), {HUGE_VAL, -HUGE_VAL, std::string("\xFF")});
  for (const MetadataValue& value : wanted) {
    for (int c = 0; c < 6; ++c) {
      const SearchFilter filter{{}, {}, {{"f", static_cast<Comparison>(c), value}}};
      std::vector<ItemId> expected;
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (passes(items[i].info.metadata, filter.where)) expected.push_back(ItemId{i + 1});
      }
      std::vector<ItemId> found;
      for (const ItemRecord& record : gallery->items_after({}, 100, filter)) {
        found.push_back(record.id);
      }
      EXPECT_EQ(found, expected) << "comparison " << c << " with value "
                                 << (&value - wanted.data());
    }
  }
  for (const std::string& name : {std::string("f\0g", 3), std::string("\xFF")}) {
    EXPECT_TRUE(
        gallery->items_after({}, 9, {{}, {}, {{name, Comparison::kNotEqual, 1.0}}}).empty());
    EXPECT_TRUE(gallery->items_after({}, 9, {{name}}).empty());
  }
}

TEST_F(PostgresSearchTest, ApproximateSearchesUseTheIndexAndFindMost) {
  std::vector<NewItem> items;
  for (std::uint64_t n = 1; n <= 5000; ++n) {
    items.push_back(numbered_item(n, n % 100 == 0 ? "rare" : "a"));
  }
  add(items, random_embeddings(items.size(), 16, 1));
  gallery->reindex();
  const ReindexReport report = gallery->reindex();  // in place of the one before
  EXPECT_EQ(report.items, 5000U);
  EXPECT_GT(report.snapshot_bytes, 100'000U);
  PostgresAddress near = address;
  near.is_approximate = true;
  auto approximate = PostgresGallery::open(near);
  expect_most_found(*approximate, *embedded);
  const auto uses_of_index = [&] {  // a session tells of its last at its end
    return execute(address.server,
                   "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'vectors_near' "
                   "AND schemaname = '" +
                       address.schema + "'");
  };
  gallery->search(random_embeddings(1, 16, 2).row(0), 10);
  gallery.reset();
  EXPECT_EQ(uses_of_index(), std::vector<std::string>{"0"}) << "an exact search must not";
  approximate.reset();
  for (int i = 0; i < 500 && uses_of_index().front() == "0"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_NE(uses_of_index(), std::vector<std::string>{"0"});
}

}  // namespace
}  // namespace simdb::test
