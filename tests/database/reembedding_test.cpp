// Another encoder under a gallery: its readers, its saved index, its kept options.
#include "database/reembedding.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "database/embedded_gallery.h"
#include "database/kept_options_internal.h"
#include "database/layout.h"
#include "index/snapshot.h"
#include "simdb/error.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/reference_index.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::code_of;
using test::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kRows = 5000;  // enough for a saved index

class ReembeddingTest : public testing::Test {
 protected:
  ReembeddingTest() {
    test::make_store(store_path(folder.path())).reset();
    std::vector<NewItem> items(kRows);
    for (std::size_t i = 0; i < kRows; ++i) items[i].info.class_name = i % 2 == 0 ? "even" : "odd";
    open(StoreMode::kReadWrite)->add(items, test::clustered_embeddings(kRows, 16, 40, 1));
  }
  std::unique_ptr<EmbeddedGallery> open(StoreMode mode) const {
    return std::make_unique<EmbeddedGallery>(Store::open(store_path(folder.path()), mode),
                                             folder.path());
  }
  // Gives all items the rows of `embeddings`.
  void reembed(const EmbeddingBatch& embeddings, std::byte model, bool keep_old = false) const {
    Reembedding database(folder.path());
    database.begin(std::vector<std::byte>(500, model), embeddings.dimension());
    const auto ids = database.missing();
    ASSERT_EQ(ids.size(), embeddings.rows());
    database.put(ids, embeddings);
    EXPECT_THAT(database.missing(), IsEmpty());
    database.switch_over(keep_old, {});
  }
  // Answers by one of both batches, and by no other.
  static void expect_answers(const EmbeddedGallery& gallery, const EmbeddingBatch& embeddings) {
    ASSERT_EQ(gallery.dimension(), embeddings.dimension());
    test::ReferenceIndex reference;
    reference.add(test::ids_from(1, embeddings.rows()), embeddings);
    for (std::size_t row = 0; row < embeddings.rows(); row += embeddings.rows() / 5) {
      ASSERT_EQ(gallery.search(embeddings.row(row), 20), reference.search(embeddings.row(row), 20));
    }
  }

  test::TemporaryFolder folder;
  const EmbeddingBatch first = test::clustered_embeddings(kRows, 16, 40, 1);
  const EmbeddingBatch second = test::clustered_embeddings(kRows, 16, 40, 2);
  const EmbeddingBatch third = test::clustered_embeddings(kRows, 24, 40, 3);
};

// Both generations have the same ids and the same dimension: only the change tells them apart.
TEST_F(ReembeddingTest, TheSavedIndexOfAnotherGenerationIsNotUsed) {
  ASSERT_TRUE(std::filesystem::exists(snapshot_path(folder.path())));
  const auto change = [&] {
    return read_snapshot_info(snapshot_path(folder.path())).origin.change;
  };
  const std::uint64_t before = change();
  const auto reader = open(StoreMode::kReadOnly);  // has no index yet
  reembed(second, std::byte{2}, true);
  EXPECT_EQ(change(), before);
  expect_answers(*open(StoreMode::kReadOnly), second);
  EXPECT_THAT(open(StoreMode::kReadOnly)->verify(), IsEmpty());
  open(StoreMode::kReadWrite).reset();  // saves that of the present generation
  EXPECT_GT(change(), before);
  expect_answers(*open(StoreMode::kReadOnly), second);
  expect_answers(*reader, first);  // whose index is made only now
  {
    Reembedding database(folder.path());
    database.switch_over(false, {});
  }
  expect_answers(*open(StoreMode::kReadOnly), first);
  EXPECT_THAT(open(StoreMode::kReadWrite)->verify(), IsEmpty());
  expect_answers(*open(StoreMode::kReadOnly), first);
}

TEST_F(ReembeddingTest, AReaderAnswersByTheGenerationThatItOpened) {
  const auto reader = open(StoreMode::kReadOnly);
  expect_answers(*reader, first);
  {
    Reembedding database(folder.path());
    database.begin(std::vector<std::byte>(500, std::byte{3}), 24);
    database.put(test::ids_from(1, kRows), third);
    EXPECT_FALSE(reader->refresh());  // no change yet
    expect_answers(*reader, first);
    database.switch_over(false, {});
  }
  const Error error = error_of([&] { reader->refresh(); });
  EXPECT_EQ(error.code(), ErrorCode::kUsage);
  EXPECT_THAT(error.what(), HasSubstr("another encoder now; open it again"));
  expect_answers(*reader, first);
  const auto fresh = open(StoreMode::kReadOnly);
  expect_answers(*fresh, third);
  EXPECT_EQ(fresh->encoder_model(), std::vector<std::byte>(500, std::byte{3}));
  EXPECT_FALSE(fresh->refresh());
}

// There and back between two looks: the encoder is the same, but not the embeddings.
TEST_F(ReembeddingTest, AReaderSeesThatAGenerationCameBackWithOtherEmbeddings) {
  reembed(second, std::byte{2});
  const auto reader = open(StoreMode::kReadOnly);
  expect_answers(*reader, second);
  reembed(third, std::byte{3});
  reembed(first, std::byte{2});
  EXPECT_TRUE(reader->refresh());
  expect_answers(*reader, first);
}

TEST_F(ReembeddingTest, KeptOptionsAreDropped) {
  open(StoreMode::kReadWrite)->set_setting(kVoteSetting, text_of({.k = 3}));
  EXPECT_EQ(Reembedding(folder.path()).kept_options().k, 3U);
  reembed(second, std::byte{2});
  EXPECT_EQ(Reembedding(folder.path()).kept_options().k, QueryOptions().k);
}

TEST_F(ReembeddingTest, BothGenerationsAreRead) {
  Reembedding database(folder.path());
  EXPECT_EQ(database.items(), kRows);
  database.begin(std::vector<std::byte>(500, std::byte{3}), 24);
  database.put(test::ids_from(11, kRows - 10), test::clustered_embeddings(kRows - 10, 24, 40, 3));
  EXPECT_EQ(database.missing(), test::ids_from(1, 10));
  EmbeddingBatch before(16);
  EmbeddingBatch after(24);
  std::size_t even = 0;
  database.for_each_with_both([&](const std::string& class_name, std::span<const float> old_one,
                                  std::span<const float> new_one) {
    before.append_unit(old_one);
    after.append_unit(new_one);
    even += class_name == "even" ? 1 : 0;
  });
  ASSERT_EQ(before.rows(), kRows - 10);
  EXPECT_EQ(before.at(kRows - 11), first.at(kRows - 1));
  EXPECT_EQ(after.at(kRows - 11), test::clustered_embeddings(kRows - 10, 24, 40, 3).at(kRows - 11));
  EXPECT_EQ(even, (kRows - 10) / 2);
  database.drop();
  EXPECT_EQ(database.other(), std::nullopt);
  EXPECT_EQ(database.missing().size(), kRows);
  database.for_each_with_both([&](const auto&...) { FAIL(); });
}

TEST_F(ReembeddingTest, ASpaceHasNoEncoderToReplace) {
  Database::create(folder / "space", VectorSpace{"clip", 8});
  EXPECT_EQ(code_of([&] { Reembedding database(folder / "space"); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
