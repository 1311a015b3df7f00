// What only a gallery on a Citus cluster does, and where there is none.
#include "tests/postgres/citus.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "postgres/postgres_copy.h"
#include "postgres/postgres_gallery.h"
#include "tests/database/copied_gallery.h"
#include "tests/database/gallery_conformance.h"
#include "tests/postgres/recall.h"
#include "tests/postgres/server.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"

namespace simdb::test {

CitusPlace::CitusPlace()
    : address_{.server = cluster().value(),
               .schema = "simdb test " + std::to_string(::getpid()),
               .shards = 4} {
  clear();
}

CitusPlace::~CitusPlace() { clear(); }

std::optional<std::string> CitusPlace::cluster() {
  const char* const named = std::getenv("SIMDB_TEST_CITUS");
  return named == nullptr ? std::nullopt : std::optional<std::string>(named);
}

void CitusPlace::clear() const {
  execute(address_.server, "SET client_min_messages = error; DROP SCHEMA IF EXISTS \"" +
                               address_.schema + "\" CASCADE");
}

namespace {

class CitusTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CitusPlace::cluster()) GTEST_SKIP() << CitusPlace::reason();
    place.emplace();
  }
  std::vector<std::string> ask(const std::string& sql) const {
    return execute(place->address().server, sql);
  }

  std::optional<CitusPlace> place;
};

TEST_F(CitusTest, SpreadsWhatGrows) {
  const auto gallery = PostgresGallery::create(place->address(), small_identity());
  const std::uint64_t empty = gallery->stats().disk_bytes;
  fill_with_holes(*gallery, 2000, 50);
  EXPECT_GT(gallery->stats().disk_bytes, empty + 100'000U);
  for (const std::string& problem : gallery->verify()) ADD_FAILURE() << problem;
  for (const std::string table : {"items", "vectors", "thumbnails", "images"}) {
    std::size_t filled = 0;
    for (const std::string& rows :
         ask("SELECT result FROM run_command_on_shards('\"" + place->address().schema + "\"." +
             table + "', 'SELECT count(*) FROM %s')")) {
      filled += rows == "0" ? 0 : 1;
    }
    EXPECT_EQ(filled, 4) << table;
  }
}

TEST_F(CitusTest, AnswersAsAFolderDoes) {
  PlainGallery original(16, std::vector<std::byte>(1000, std::byte{42}));
  fill_with_holes(original, 1200, 50);
  PostgresCopy to(place->address(), original);
  copy_gallery(original, to);
  const auto gallery = PostgresGallery::open(place->address());
  EXPECT_EQ(difference(*gallery, original, 1), "");
  for (const std::string& problem : gallery->verify()) ADD_FAILURE() << problem;
}

TEST_F(CitusTest, EachNodeSortsWhatMayBeNear) {
  constexpr std::size_t kItems = 25'000;  // so many that the client guesses
  PlainGallery plain(16, std::vector<std::byte>(1000, std::byte{42}));
  const auto gallery = PostgresGallery::create(place->address(), small_identity());
  std::vector<NewItem> items;
  for (std::uint64_t n = 1; n <= kItems; ++n) items.push_back(numbered_item(n, "a"));
  const EmbeddingBatch embeddings = random_embeddings(kItems, 16, 6);
  plain.add(items, embeddings);
  gallery->add(items, embeddings);
  const EmbeddingBatch queries = random_embeddings(10, 16, 7);
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    EXPECT_EQ(gallery->search(queries.row(q), 10), plain.search(queries.row(q), 10));
  }
}

TEST_F(CitusTest, SearchesByTheIndexOfEachNode) {
  const auto gallery = PostgresGallery::create(place->address(), small_identity());
  std::vector<NewItem> items;
  for (std::uint64_t n = 1; n <= 5000; ++n) {
    items.push_back(numbered_item(n, n % 100 == 0 ? "rare" : "a"));
  }
  gallery->add(items, random_embeddings(items.size(), 16, 1));
  EXPECT_GT(gallery->reindex().snapshot_bytes, 100'000U);
  PostgresAddress near = place->address();
  near.is_approximate = true;
  // The settings of iterative scans have reached the nodes.
  expect_most_found(*PostgresGallery::open(near), *gallery);
}

class NoCitusTest : public PostgresTest {};

TEST_F(NoCitusTest, ShardsNeedIt) {
  address.shards = 4;
  EXPECT_EQ(code_of([&] { PostgresGallery::create(address, small_identity()); }),
            ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { PostgresGallery::open(address); }), ErrorCode::kNotFound)
      << "a part of it was made";
}

}  // namespace
}  // namespace simdb::test
