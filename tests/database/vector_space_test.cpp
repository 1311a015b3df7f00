// Databases of vectors that come from elsewhere.
#include <gtest/gtest.h>

#include "database/layout.h"
#include "simdb/backup.h"
#include "simdb/database.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/fake_encoder.h"
#include "tests/support/reference_index.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::clustered_embeddings;
using test::code_of;
using test::error_of;
using test::ids_from;

class VectorSpaceDatabaseTest : public testing::TestWithParam<std::size_t> {
 protected:
  std::size_t dimension() const { return GetParam(); }
  Database make() const { return Database::create(path, VectorSpace{"clip", dimension()}); }
  Database read() const { return Database::open(path, {.mode = OpenMode::kReadOnly}); }

  // Items without digests, all of them different though.
  void add(Database& database, std::size_t count) {
    const EmbeddingBatch rows = clustered_embeddings(count, dimension(), 20, next);
    std::vector<NewItem> items(count);
    for (std::size_t i = 0; i < count; ++i) {
      items[i].info.class_name = i % 2 == 0 ? "even" : "odd";
      items[i].info.key = "row " + std::to_string(next + i);
    }
    database.add(items, rows);
    reference.add(ids_from(next, count), rows);
    next += count;
  }
  void expect_answers(const Database& database) const {
    const EmbeddingBatch queries = clustered_embeddings(5, dimension(), 20, 99);
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      EXPECT_EQ(database.gallery().search(queries.row(q), 10),
                reference.search(queries.row(q), 10));
    }
    EXPECT_EQ(database.gallery().dimension(), dimension());
    EXPECT_EQ(database.gallery().space(), "clip");
    EXPECT_EQ(database.verify().problems, std::vector<std::string>());
    EXPECT_EQ(database.verify_searches(), std::vector<std::string>());
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "db";
  test::ReferenceIndex reference;
  std::uint64_t next = 1;
};

INSTANTIATE_TEST_SUITE_P(, VectorSpaceDatabaseTest, testing::Values(1U, 17U, 100U, 768U),
                         testing::PrintToStringParamName());

TEST_P(VectorSpaceDatabaseTest, DoesWhatOthersDo) {
  {
    Database database = make();
    add(database, 300);
    expect_answers(database);
  }
  Database database = Database::open(path);
  const Database reader = read();
  expect_answers(reader);
  add(database, 50);
  EXPECT_TRUE(reader.gallery().find_key("row 1"));
  EXPECT_FALSE(reader.gallery().find_key("row 350"));
  Database follower = read();
  add(database, 50);
  EXPECT_TRUE(follower.refresh());
  expect_answers(follower);

  database.back_up(folder / "backup");
  restore_database(
      folder / "backup", folder / "restored", [] {},
      [](auto) { FAIL() << "there is no model to judge"; });
  const Database restored = Database::open(folder / "restored");
  expect_answers(restored);
  EXPECT_EQ(restored.gallery().encoder_fingerprint(), database.gallery().encoder_fingerprint());
  EXPECT_EQ(restored.gallery().get(ItemId{350})->info.key, "row 350");
}

TEST_P(VectorSpaceDatabaseTest, ASavedIndexCatchesUp) {
  {
    Database database = make();
    add(database, 5000);
    EXPECT_GT(database.reindex().snapshot_bytes, 5000 * dimension() * sizeof(float));
    const std::vector<ItemId> gone = ids_from(100, 50);
    database.remove(gone);
    reference.remove(gone);
    add(database, 30);
  }
  ASSERT_TRUE(std::filesystem::exists(snapshot_path(path)));
  expect_answers(read());
}

TEST_F(VectorSpaceDatabaseTest, ItsFingerprintIsThatOfNameAndDimension) {
  const auto fingerprint_of = [&](const std::string& at, const VectorSpace& space) {
    const Database database = Database::create(folder / at, space);
    EXPECT_EQ(database.gallery().stats().space, space.name);
    EXPECT_EQ(database.gallery().stats().dimension, space.dimension);
    return database.gallery().encoder_fingerprint();
  };
  const std::string clip = fingerprint_of("a", {"clip", 100});
  const std::string text = "simdb space\n100\nclip";
  EXPECT_EQ(clip, to_hex(sha256(std::as_bytes(std::span(text)))));
  EXPECT_EQ(fingerprint_of("b", {"clip", 100}), clip);
  EXPECT_NE(fingerprint_of("c", {"clip", 101}), clip);
  EXPECT_NE(fingerprint_of("d", {"CLIP", 100}), clip);
}

TEST_F(VectorSpaceDatabaseTest, RefusesImagesWithTheNameOfTheSpace) {
  Database database =
      Database::create(path, VectorSpace{"clip", 16}, {.encoder_loader = test::fake_loader(16)});
  SourceImage image;
  image.image = test::grey_image(10);
  const std::vector<std::function<void()>> calls = {
      [&] { database.add("a", image); }, [&] { database.query(image.image); },
      [&] { database.compare(image.image, image.image); }, [&] { database.encoder(); }};
  for (const auto& call : calls) {
    const Error error = error_of(call);
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    for (const char* words : {"'clip'", "simdb import", "query --vectors"}) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(database.gallery().stats().items, 0U);
}

TEST_F(VectorSpaceDatabaseTest, VectorsVoteAndMoveWithTheirKeys) {
  Database database = Database::create(path, VectorSpace{"directions", 3});
  EmbeddingBatch rows(3);
  std::vector<NewItem> items;
  for (const auto& [name, key, values] :
       {std::tuple{"east", "e", std::vector{1.0F, 0.0F, 0.0F}},
        std::tuple{"east", "", std::vector{0.9F, 0.1F, 0.0F}},
        std::tuple{"north", "n", std::vector{0.0F, 2.0F, 0.0F}}}) {
    rows.append_normalized(values);
    items.push_back({{.class_name = name, .key = key, .metadata = {{"price", 1.5}}}, {}});
  }
  database.add(items, rows);
  EXPECT_EQ(database.query(rows.row(2), {.k = 1}).class_name, "north");
  EXPECT_EQ(database.query(rows.row(1)).class_name, "east");
  // The same key with another vector: it takes the place of the old one.
  EmbeddingBatch up(3);
  up.append_normalized(std::vector{0.0F, 0.0F, 1.0F});
  database.add(std::span(items).subspan(2, 1), up);
  EXPECT_EQ(database.gallery().stats().items, 3U);
  EXPECT_EQ(database.query(up.row(0)).class_name, "north");
  EXPECT_LT(database.query(rows.row(2), {.k = 1}).neighbors[0].similarity, 0.2F);
  // Of unknown files none is the other: what has no key is added again.
  database.add(std::span(items).subspan(1, 1), EmbeddingBatch(up));
  EXPECT_EQ(database.gallery().stats().items, 4U);
  EXPECT_EQ(code_of([&] { database.add(items, up); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { database.query(clustered_embeddings(1, 4, 1, 1).row(0)); }),
            ErrorCode::kUsage);
}

TEST_F(VectorSpaceDatabaseTest, BadSpacesMakeNothing) {
  EXPECT_EQ(code_of([&] { Database::create(path, VectorSpace{"", 16}); }), ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { Database::create(path, VectorSpace{"a", 0}); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { Database::create(path, VectorSpace{"a", 4097}); }), ErrorCode::kUsage);
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace simdb
