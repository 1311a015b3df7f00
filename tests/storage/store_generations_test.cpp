// A second encoder's embeddings beside those of the first, and how they take their place.
#include <gmock/gmock.h>

#include <fstream>

#include "simdb/error.h"
#include "storage/backup.h"
#include "storage/store.h"
#include "tests/storage/raw_store.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/file_sink.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::code_of;
using test::difference;
using test::put_numbered;
using ::testing::HasSubstr;

using Ids = std::vector<ItemId>;

constexpr std::size_t kDimension = 5;  // of the other encoder; the first has 16

StoreIdentity other_identity(std::byte content = std::byte{7}) {
  const std::vector<std::byte> model(900, content);
  return {kDimension, to_hex(sha256(model)), model};
}

// By the other encoder.
Embedding embedding_of(ItemId id) {
  return test::random_embeddings(1, kDimension, 1000 + to_number(id)).at(0);
}

class StoreGenerationsTest : public testing::Test {
 protected:
  void reopen(StoreMode mode = StoreMode::kReadWrite) {
    store.reset();
    store = Store::open(path, mode);
  }
  void put_other(const Ids& owners) const {
    EmbeddingBatch embeddings(kDimension);
    for (const ItemId id : owners) embeddings.append(embedding_of(id));
    store->put_other(owners, embeddings);
  }
  void switch_over(const GenerationSwitch& wanted = {}) {
    Store::switch_generation(std::move(store), wanted);
    reopen();
  }
  void expect_sound() const {
    for (const StoreProblem& problem : store->verify()) ADD_FAILURE() << problem.what;
  }
  std::vector<std::string> problems() {
    reopen();
    std::vector<std::string> found;
    for (const StoreProblem& problem : store->verify()) found.push_back(problem.what);
    store.reset();
    return found;
  }
  // An item by the other encoder, which is the present one now.
  ItemId put_other_item() {
    EmbeddingBatch embeddings(kDimension);
    embeddings.append(embedding_of(ItemId{5}));
    return store->put(std::vector{test::numbered_item(5, "dog")}, embeddings).front();
  }
  void write_to_file(const std::filesystem::path& file) const {
    AtomicFile output(file);
    write_backup(*store, test::sink_of(output));
    output.commit();
  }
  static void damage(const std::filesystem::path& file) {
    std::fstream table(file, std::ios::binary | std::ios::in | std::ios::out);
    table.seekg(40);
    const int byte = table.get();
    table.seekp(40);
    table.put(static_cast<char>(byte ^ 1));
  }
  OtherGeneration other() const { return store->other_generation().value_or(OtherGeneration{}); }
  Ids others() const {
    Ids owners;
    store->for_each_other_embedding([&](ItemId id, std::span<const float>) {
      owners.push_back(id);
      return true;
    });
    return owners;
  }

  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "store";
  std::unique_ptr<Store> store = test::make_store(path);
  const std::string first_encoder = store->encoder_fingerprint();
  const std::vector<std::byte> first_model = store->encoder_model();
  const Ids ids = put_numbered(*store, 1, 4, "cat");
};

TEST_F(StoreGenerationsTest, AGenerationIsBuiltBesideThePresentOne) {
  EXPECT_FALSE(store->other_generation());
  const std::uint64_t changes = store->changes();
  store->begin_generation(other_identity());
  put_other({ids[2], ids[0]});
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    ASSERT_TRUE(store->other_generation());
    EXPECT_EQ(other().dimension, kDimension);
    EXPECT_EQ(other().encoder_fingerprint, other_identity().encoder_fingerprint);
    EXPECT_FALSE(other().is_previous);
    EXPECT_EQ(store->other_encoder_model(), other_identity().encoder_model);
    EXPECT_EQ(others(), (Ids{ids[0], ids[2]}));
    EXPECT_EQ(store->changes(), changes);
    EXPECT_EQ(store->encoder_fingerprint(), first_encoder);
    for (std::uint64_t n = 1; n <= 4; ++n) EXPECT_EQ(difference(*store, ids[n - 1], n), "");
    expect_sound();
    reopen(mode);
  }
}

TEST_F(StoreGenerationsTest, TheSwitchPutsItInPlaceInOneChange) {
  store->begin_generation(other_identity());
  put_other(ids);
  store->set_setting("vote", "k=1");
  store->set_setting("other", "stays");
  const std::uint64_t changes = store->changes();
  const auto before = store->get(ids[1]);
  const auto reader = Store::open(path, StoreMode::kReadOnly);
  switch_over({.dropped_settings = {"vote"}});
  EXPECT_EQ(store->changes(), changes + 1);
  EXPECT_EQ(store->setting("vote"), "");
  EXPECT_EQ(store->setting("other"), "stays");
  EXPECT_FALSE(store->other_generation());
  EXPECT_EQ(others(), Ids());
  EXPECT_EQ(store->dimension(), kDimension);
  EXPECT_EQ(store->encoder_fingerprint(), other_identity().encoder_fingerprint);
  EXPECT_EQ(store->encoder_model(), other_identity().encoder_model);
  for (const ItemId id : ids) EXPECT_EQ(store->embedding(id), embedding_of(id));
  EXPECT_EQ(store->get(ids[1]), before);
  expect_sound();
  // Who followed the store must read it anew; a reader goes on with what it has open.
  EXPECT_EQ(store->changes_since(changes, 1), std::nullopt);
  EXPECT_EQ(store->mark_of(changes), std::nullopt);
  EXPECT_EQ(store->erased_since(changes), std::nullopt);
  EXPECT_TRUE(store->mark_of(changes + 1));
  for (std::uint64_t n = 1; n <= 4; ++n) EXPECT_EQ(difference(*reader, ids[n - 1], n), "");
  EXPECT_EQ(reader->newer()->dimension(), kDimension);
  // The new generation is one like the first.
  const ItemId added = put_other_item();
  EXPECT_EQ(store->embedding(added), embedding_of(added));
  store->erase(Ids{ids[0]});
  expect_sound();
  reopen(StoreMode::kReadOnly);
  expect_sound();
}

TEST_F(StoreGenerationsTest, ASwitchByTheFirstWriterIsSound) {
  put_numbered(*store, 9, 1, "cat");  // this object has made changes
  store->begin_generation(other_identity());
  put_other({ids[0], ids[1], ids[2], ids[3], ItemId{5}});
  const auto mark = store->mark_of(store->changes());
  const std::uint64_t changes = store->changes();
  switch_over();
  EXPECT_EQ(store->mark_of(changes + 1), mark);
  expect_sound();
}

TEST_F(StoreGenerationsTest, EveryItemNeedsAnEmbedding) {
  store->begin_generation(other_identity());
  put_other({ids[0], ids[1]});
  EXPECT_EQ(code_of([&] { Store::switch_generation(std::move(store), {}); }), ErrorCode::kUsage);
  reopen();
  EXPECT_EQ(store->encoder_fingerprint(), first_encoder);
  EXPECT_EQ(code_of([&] { Store::switch_generation(std::move(store), {.removed = {ids[3]}}); }),
            ErrorCode::kUsage);
  reopen();
  EXPECT_EQ(store->size(), 4U);
  switch_over({.removed = {ids[3], ids[2], ids[3], ItemId{77}}});
  EXPECT_EQ(store->size(), 2U);
  EXPECT_EQ(store->class_size("cat"), 2U);
  EXPECT_EQ(store->get(ids[2]), std::nullopt);
  EXPECT_EQ(store->embedding(ids[1]), embedding_of(ids[1]));
  expect_sound();
}

TEST_F(StoreGenerationsTest, WhatIsAddedAndRemovedMeanwhileCounts) {
  store->begin_generation(other_identity());
  put_other(ids);
  store->erase(Ids{ids[1]});
  const ItemId added = put_numbered(*store, 5, 1, "dog").front();
  EXPECT_EQ(others(), (Ids{ids[0], ids[2], ids[3]}));
  expect_sound();
  put_other({added, ids[1]});  // the removed one is passed over
  EXPECT_EQ(others(), (Ids{ids[0], ids[2], ids[3], added}));
  switch_over();
  EXPECT_EQ(store->embedding(added), embedding_of(added));
  expect_sound();
}

TEST_F(StoreGenerationsTest, TheFormerGenerationMayStayAndComeBack) {
  store->begin_generation(other_identity());
  put_other(ids);
  switch_over({.keep_old = true});
  ASSERT_TRUE(store->other_generation());
  EXPECT_EQ(other().encoder_fingerprint, first_encoder);
  EXPECT_EQ(other().dimension, 16U);
  EXPECT_TRUE(other().is_previous);
  EXPECT_EQ(store->other_encoder_model(), first_model);
  EXPECT_EQ(others(), ids);
  store->erase(Ids{ids[0]});
  EXPECT_EQ(others(), (Ids{ids[1], ids[2], ids[3]}));
  const ItemId added = put_other_item();
  expect_sound();
  EXPECT_EQ(code_of([&] { Store::switch_generation(std::move(store), {}); }), ErrorCode::kUsage);
  reopen();
  store->put_other(Ids{added}, test::random_embeddings(1, 16, 9));
  switch_over();
  EXPECT_EQ(store->encoder_fingerprint(), first_encoder);
  EXPECT_EQ(store->dimension(), 16U);
  EXPECT_FALSE(store->other_generation());
  for (std::uint64_t n = 2; n <= 4; ++n) EXPECT_EQ(difference(*store, ids[n - 1], n), "");
  expect_sound();
}

TEST_F(StoreGenerationsTest, AnotherBeginningDropsWhatWasBegun) {
  store->begin_generation(other_identity());
  put_other(ids);
  const StoreIdentity third = other_identity(std::byte{9});
  store->begin_generation(third);
  EXPECT_EQ(others(), Ids());
  EXPECT_EQ(store->other_encoder_model(), third.encoder_model);
  expect_sound();
  put_other({ids[0]});
  store->begin_generation(third);  // the same anew
  EXPECT_EQ(others(), Ids());
  expect_sound();
  put_other({ids[3]});
  store->drop_generation();
  store->drop_generation();
  EXPECT_FALSE(store->other_generation());
  EXPECT_EQ(others(), Ids());
  expect_sound();
  reopen();
  expect_sound();
  store.reset();
  EXPECT_EQ(test::RawStore(path).get("models", third.encoder_fingerprint), std::nullopt);
}

TEST_F(StoreGenerationsTest, WrongCallsAreRefused) {
  const auto usage = [&](const auto& call) { EXPECT_EQ(code_of(call), ErrorCode::kUsage); };
  EXPECT_EQ(store->other_generation(), std::nullopt);
  usage([&] { store->other_encoder_model(); });
  usage([&] { put_other(ids); });
  usage([&] { Store::switch_generation(std::move(store), {}); });
  reopen();
  usage([&] { store->begin_generation({16, first_encoder, first_model}); });
  usage([&] { store->begin_generation({16, first_encoder, other_identity().encoder_model}); });
  store->begin_generation(other_identity());
  usage([&] { store->put_other(ids, EmbeddingBatch(kDimension)); });
  usage([&] { store->put_other(ids, test::random_embeddings(4, 16, 1)); });
  reopen(StoreMode::kReadOnly);
  usage([&] { put_other(ids); });
  usage([&] { store->begin_generation(other_identity()); });
  usage([&] { store->drop_generation(); });
  usage([&] { Store::switch_generation(std::move(store), {}); });
  reopen();
  expect_sound();
}

TEST_F(StoreGenerationsTest, ABackupHoldsBoth) {
  store->begin_generation(other_identity());
  put_other({ids[1]});
  write_to_file(folder / "backup");
  store = restore_backup(folder / "backup", folder / "restored");
  expect_sound();
  EXPECT_EQ(others(), Ids{ids[1]});
  put_other(ids);
  Store::switch_generation(std::move(store), {.keep_old = true});
  store = Store::open(folder / "restored", StoreMode::kReadWrite);
  write_to_file(folder / "backup");
  store = restore_backup(folder / "backup", folder / "restored again");
  EXPECT_EQ(store->dimension(), kDimension);
  EXPECT_EQ(others(), ids);
  expect_sound();
}

TEST_F(StoreGenerationsTest, VerifyNamesWhatIsWrong) {
  store->begin_generation(other_identity());
  put_other(ids);
  store.reset();
  const std::string key = test::big_endian(2);
  const std::string kept = test::RawStore(path).get("vectors_2", key).value_or("");
  test::RawStore(path).put("vectors_2", test::big_endian(99), kept);
  EXPECT_THAT(problems(), testing::ElementsAre(HasSubstr("item 99, which does not exist")));
  test::RawStore(path).erase("vectors_2", test::big_endian(99));
  test::RawStore(path).put("vectors_2", key, "short");
  EXPECT_EQ(problems().size(), 1U);
  test::RawStore(path).put("vectors_2", key, kept);
  EXPECT_EQ(problems(), std::vector<std::string>());
  test::RawStore(path).put("models", other_identity().encoder_fingerprint, "another");
  EXPECT_EQ(problems().size(), 1U);
  test::RawStore(path).erase("meta", "other_dimension");
  EXPECT_THAT(problems(), testing::ElementsAre(HasSubstr("other encoder is incomplete")));
  test::RawStore(path).erase("meta", "other_encoder_fingerprint");
  EXPECT_THAT(problems(), testing::ElementsAre(HasSubstr("but no such encoder")));
  test::RawStore(path).put("meta", "vectors", "items");
  EXPECT_EQ(code_of([&] { reopen(); }), ErrorCode::kCorruption);
}

TEST_F(StoreGenerationsTest, DamageOfTheOtherGenerationCostsThatOnly) {
  store->begin_generation(other_identity());
  put_other(ids);
  store.reset();
  damage(test::table_of(path, "vectors_2"));
  EXPECT_FALSE(problems().empty());
  const StoreRepair repair = Store::repair(path);
  EXPECT_EQ(repair.lost, std::vector<std::string>());
  ASSERT_EQ(repair.repaired.size(), 1U);
  EXPECT_THAT(repair.repaired[0], HasSubstr("not in use"));
  reopen();
  expect_sound();
  EXPECT_FALSE(store->other_generation());
  for (std::uint64_t n = 1; n <= 4; ++n) EXPECT_EQ(difference(*store, ids[n - 1], n), "");
  store->begin_generation(other_identity());
  put_other(ids);
  switch_over();
  expect_sound();
}

}  // namespace
}  // namespace simdb
