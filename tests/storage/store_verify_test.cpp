#include <gtest/gtest.h>

#include "storage/store.h"
#include "tests/storage/raw_store.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::big_endian;

// A contradiction planted in a sound store, and a word of the report.
struct Damage {
  const char* name;
  void (*plant)(test::RawStore& raw);
  const char* report;
};

const Damage kDamages[] = {
    {"LostRecord", [](test::RawStore& raw) { raw.erase("items", big_endian(2)); },
     "hold item 2, which does not exist"},
    {"LostVector", [](test::RawStore& raw) { raw.erase("vectors", big_endian(2)); },
     "item 2 has no embedding"},
    {"LostClassEntry",
     [](test::RawStore& raw) { raw.erase("by_class", std::string("cat\0", 4) + big_endian(2)); },
     "item 2 is missing in the class index"},
    {"LostHashEntry",
     [](test::RawStore& raw) {
       const auto digest = [] {
         const std::uint64_t number = 2;
         return sha256(std::as_bytes(std::span(&number, 1)));
       }();
       raw.erase("by_hash", std::string(digest.begin(), digest.end()) + big_endian(2));
     },
     "item 2 is missing in the digest index"},
    {"StrayClassEntry",
     [](test::RawStore& raw) { raw.put("by_class", std::string("x\0", 2) + big_endian(2), ""); },
     "the class index: the items make 5 entries, but there are 6"},
    {"StrayHashEntry",
     [](test::RawStore& raw) { raw.put("by_hash", std::string(32, 'x') + big_endian(2), ""); },
     "the digest index: the items make 5 entries, but there are 6"},
    {"StrayThumbnail", [](test::RawStore& raw) { raw.put("thumbnails", big_endian(77), "x"); },
     "the thumbnails hold item 77"},
    {"StrayVector",
     [](test::RawStore& raw) { raw.put("vectors", big_endian(77), std::string(64, 'x')); },
     "the embeddings hold item 77, which does not exist"},
    {"LostKey", [](test::RawStore& raw) { raw.erase("by_key", "first"); },
     "item 1 is missing in the index of keys"},
    {"KeyOfAnotherItem", [](test::RawStore& raw) { raw.put("by_key", "first", big_endian(2)); },
     "item 1 is missing in the index of keys"},
    {"SwappedKeys",
     [](test::RawStore& raw) {
       raw.put("by_key", "first", big_endian(2));
       raw.put("by_key", "second", big_endian(1));
     },
     "item 2 is missing in the index of keys"},
    {"StrayKey", [](test::RawStore& raw) { raw.put("by_key", "third", big_endian(3)); },
     "the index of keys: the items make 2 entries, but there are 3"},
    {"LostField",
     [](test::RawStore& raw) {
       raw.erase("by_metadata", std::string("sold\0b\1", 7) + big_endian(1));
     },
     "item 1 is missing in the index of metadata"},
    {"StrayField",
     [](test::RawStore& raw) {
       raw.put("by_metadata", std::string("sold\0b\1", 7) + big_endian(2), "");
     },
     "the index of metadata: the items make 1 entries, but there are 2"},
    {"TombstoneOfAnotherKind",
     [](test::RawStore& raw) { raw.put("tombstones", big_endian(1) + big_endian(2), "x"); },
     "an entry of the history says what no change is"},
    {"AdditionOfNothing",
     [](test::RawStore& raw) {
       raw.put("tombstones", big_endian(1) + big_endian(1), "a" + big_endian(0));
     },
     "an entry of the history says what no change is"},
    {"AdditionOfTooMany",
     [](test::RawStore& raw) {
       raw.put("tombstones", big_endian(1) + big_endian(1), "a" + big_endian(7));
     },
     "the history of item 1, which never existed"},
    {"AdditionOfTooFew",
     [](test::RawStore& raw) {
       raw.put("tombstones", big_endian(1) + big_endian(1), "a" + big_endian(5));
     },
     "the last additions are missing in the history"},
    {"AdditionTwice",
     [](test::RawStore& raw) {
       raw.put("tombstones", big_endian(2) + big_endian(4), "a" + big_endian(2));
     },
     "the history of item 4 says that it was added, but the next id was 7"},
    {"LostAddition",
     [](test::RawStore& raw) { raw.erase("tombstones", big_endian(1) + big_endian(1)); },
     "the last additions are missing in the history"},
    {"LostUpdate",
     [](test::RawStore& raw) { raw.erase("tombstones", big_endian(3) + big_endian(1)); },
     "the history counts 4 entries, but has 3"},
    {"WrongClassCount", [](test::RawStore& raw) { raw.put("classes", "cat", big_endian(9)); },
     "class 'cat' counts 9 items, but has 5"},
    {"StrayClass", [](test::RawStore& raw) { raw.put("classes", "dog", big_endian(1)); },
     "class 'dog' counts 1 items, but has 0"},
    {"LostClass", [](test::RawStore& raw) { raw.erase("classes", "cat"); },
     "class 'cat' with 5 items is missing"},
    {"WrongItemCount", [](test::RawStore& raw) { raw.put("meta", "items", big_endian(4)); },
     "the store counts 4 items, but has 5"},
    {"WrongNextId", [](test::RawStore& raw) { raw.put("meta", "next_id", big_endian(3)); },
     "next id"},
    {"ShortVector",
     [](test::RawStore& raw) { raw.put("vectors", big_endian(2), std::string(63, 'x')); },
     "63 bytes instead of 64"},
    {"VectorNotOfUnitLength",
     [](test::RawStore& raw) { raw.put("vectors", big_endian(2), std::string(64, '\0')); },
     "not of unit length"},
    {"UnreadableRecord", [](test::RawStore& raw) { raw.put("items", big_endian(2), "\xFF"); },
     "item 2 is damaged"},
    {"OddKey", [](test::RawStore& raw) { raw.put("items", "short", "x"); }, "wrong length"},
    {"TombstoneOfAnItem",
     [](test::RawStore& raw) { raw.put("tombstones", big_endian(1) + big_endian(2), ""); },
     "the history of item 2 says that it was removed, but it exists"},
    {"TombstoneOfNoItem",
     [](test::RawStore& raw) { raw.put("tombstones", big_endian(1) + big_endian(9), ""); },
     "the history of item 9, which never existed"},
    {"TombstoneOfALaterChange",
     [](test::RawStore& raw) { raw.put("tombstones", big_endian(8) + big_endian(9), ""); },
     "is of a change to come"},
    {"ForgottenTombstone",
     [](test::RawStore& raw) { raw.put("meta", "tombstones_from", big_endian(2)); },
     "the history of item 6 should be forgotten"},
    {"TwoTombstones",
     [](test::RawStore& raw) { raw.put("tombstones", big_endian(1) + big_endian(6), ""); },
     "an item was removed twice"},
    {"LostTombstone",
     [](test::RawStore& raw) { raw.erase("tombstones", big_endian(2) + big_endian(6)); },
     "the history tells of 0 removals, but 1 items were removed"},
    {"OddTombstone", [](test::RawStore& raw) { raw.put("tombstones", "short", ""); },
     "a key of the history has a wrong length"},
    {"TombstonesFromTheFuture",
     [](test::RawStore& raw) { raw.put("meta", "tombstones_from", big_endian(5)); },
     "the changes up to 5 are forgotten, but only 4 are counted"},
    {"LostSession", [](test::RawStore& raw) { raw.erase("sessions", big_endian(1)); },
     "the mark of change 1 is lost"},
    {"SessionFromTheFuture",
     [](test::RawStore& raw) { raw.put("sessions", big_endian(5), big_endian(1)); },
     "a session begins with change 5, which is none"},
    {"OddSession", [](test::RawStore& raw) { raw.put("sessions", big_endian(2), "short"); },
     "an entry among the sessions has a wrong length"},
    {"NoChanges", [](test::RawStore& raw) { raw.put("meta", "changes", big_endian(0)); },
     "no change is counted"},
    {"OtherEncoder",
     [](test::RawStore& raw) {
       raw.put("models", *raw.get("meta", "encoder_fingerprint"), "other bytes");
     },
     "fingerprint"},
};

class StoreVerifyTest : public testing::TestWithParam<Damage> {};
INSTANTIATE_TEST_SUITE_P(Damages, StoreVerifyTest, testing::ValuesIn(kDamages),
                         [](const auto& damage) { return damage.param.name; });

TEST_P(StoreVerifyTest, FindsTheContradiction) {
  const test::TemporaryFolder folder;
  const auto path = folder / "store";
  {
    const auto store = test::make_store(path);
    test::put_numbered(*store, 1, 6, "cat");  // change 1
    store->erase(std::vector{ItemId{6}});     // change 2
    store->update(std::vector{ItemId{1}}, {.key = "first", .set = {{"sold", true}}});
    store->update(std::vector{ItemId{2}}, {.key = "second"});
    ASSERT_TRUE(store->verify().empty());
  }
  {
    test::RawStore raw(path);
    GetParam().plant(raw);
  }
  std::filesystem::remove(path / "WITNESS");  // or it would stop a count of changes that goes back
  for (const StoreMode mode : {StoreMode::kReadWrite, StoreMode::kReadOnly}) {
    std::string report;
    for (const StoreProblem& problem : Store::open(path, mode)->verify()) {
      report += problem.what + "\n";
    }
    EXPECT_NE(report.find(GetParam().report), std::string::npos) << "report:\n" << report;
  }
}

}  // namespace
}  // namespace simdb
