// How a copy follows its original. What it answers: the conformance suite, instantiated below.
#include "database/replica_gallery.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <stop_token>
#include <thread>
#include <utility>

#include "tests/database/gallery_conformance.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;

// Copies of a gallery in a folder: the writer's is kept, each reader's is temporary.
class ReplicaHost final : public GalleryHost {
 public:
  ReplicaHost() { make_store(folder_ / "store").reset(); }
  std::unique_ptr<Gallery> open() override {
    return std::make_unique<ReplicaGallery>(original(StoreMode::kReadWrite),
                                            ReplicaOptions{.folder = folder_ / "copies"});
  }
  std::unique_ptr<Gallery> open_reader() override {
    return std::make_unique<ReplicaGallery>(original(StoreMode::kReadOnly));
  }
  bool keeps() const override { return true; }

 private:
  std::unique_ptr<Gallery> original(StoreMode mode) {
    return std::make_unique<EmbeddedGallery>(Store::open(folder_ / "store", mode), folder_.path());
  }
  TemporaryFolder folder_;
};

bool succeeds(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo) << error.what();
    return false;
  }
  return true;
}

// A copy of an engine without files.
class PlainReplicaHost final : public GalleryHost {
 public:
  std::unique_ptr<Gallery> open() override {
    return std::make_unique<ReplicaGallery>(std::make_unique<PlainGallery>(16));
  }
  std::unique_ptr<Gallery> open_reader() override { return nullptr; }
  bool keeps() const override { return false; }
};

INSTANTIATE_TEST_SUITE_P(
    Replicas, GalleryConformanceTest,
    testing::Values(GalleryEngine{"Replica", [] { return std::make_unique<ReplicaHost>(); }},
                    GalleryEngine{"ReplicaOfPlain",
                                  [] { return std::make_unique<PlainReplicaHost>(); }}),
    [](const auto& engine) { return engine.param.name; });

// An original that fails, forgets and counts what is asked of it.
class Original final : public PlainGallery {
 public:
  Original() : PlainGallery(16) {}
  std::vector<std::optional<ItemRecord>> get_many(std::span<const ItemId> ids) const override {
    count(ids.size());
    return PlainGallery::get_many(ids);
  }
  std::vector<std::optional<Embedding>> embeddings(std::span<const ItemId> ids) const override {
    count(0);
    return PlainGallery::embeddings(ids);
  }
  std::vector<ItemRecord> items_after(ItemId after, std::size_t limit,
                                      const SearchFilter& filter = {}) const override {
    count(0);
    auto page = PlainGallery::items_after(
        after, limit == SIZE_MAX ? limit : std::min(limit, most_a_page), filter);
    records += page.size();
    return page;
  }
  std::optional<ItemHistory> changes_since(std::uint64_t change, std::size_t limit) const override {
    count(0);
    if (change < forgotten) return std::nullopt;
    return PlainGallery::changes_since(change, limit);
  }
  std::optional<std::uint64_t> change_mark(std::uint64_t change) const override {
    count(0);
    if (change < forgotten) return std::nullopt;
    const auto mark = PlainGallery::change_mark(change);
    return mark && change >= marked_from ? 2 : mark;
  }

  mutable std::atomic<std::size_t> records = 0;  // that were handed out
  mutable std::atomic<int> calls_left = -1;      // then one fails
  std::uint64_t forgotten = 0;
  std::uint64_t marked_from = UINT64_MAX;  // changes with another mark
  std::size_t most_a_page = SIZE_MAX;

 private:
  void count(std::size_t handed_out) const {
    if (calls_left >= 0 && calls_left-- == 0) throw Error(ErrorCode::kIo, "it can't be reached");
    records += handed_out;
  }
};

class ReplicaGalleryTest : public testing::Test {
 protected:
  std::unique_ptr<ReplicaGallery> replica(ReplicaOptions options = {}) {
    return std::make_unique<ReplicaGallery>(original, std::move(options));
  }
  void add(std::uint64_t first, std::size_t count, const std::string& class_name) {
    std::vector<NewItem> items;
    for (std::size_t i = 0; i < count; ++i) items.push_back(numbered_item(first + i, class_name));
    original->add(items, corner_embeddings(count, first));
  }
  static std::vector<fs::path> copies_in(const fs::path& folder) {
    return {fs::directory_iterator(folder), fs::directory_iterator()};
  }

  TemporaryFolder folder;
  std::shared_ptr<Original> original = std::make_shared<Original>();
};

TEST_F(ReplicaGalleryTest, TakesOverWhatCameWithIdsTimesAndMarks) {
  add(1, 5, "a");
  const auto copy = replica();
  EXPECT_EQ(difference(*copy, *original, 1), "");
  EXPECT_FALSE(copy->refresh());
  original->update(std::vector{ItemId{2}}, {.class_name = "b", .key = "k"});
  original->set_setting("x", "1");
  original->remove(std::vector{ItemId{5}});
  add(10, 2, "c");
  original->remove(std::vector{ItemId{6}});
  original->marked_from = 5;
  EXPECT_EQ(copy->changes(), 1U);
  EXPECT_TRUE(copy->refresh());
  EXPECT_EQ(copy->changes(), 6U);
  EXPECT_EQ(difference(*copy, *original, 2), "");
  EXPECT_EQ(copy->get(ItemId{2}), original->get(ItemId{2}));
  EXPECT_EQ(copy->settings(), original->settings());
  EXPECT_EQ(copy->next_id(), original->next_id());
  // What it saw itself, and what it asks for.
  for (std::uint64_t change = 0; change <= 7; ++change) {
    EXPECT_EQ(copy->changes_since(change), original->changes_since(change, SIZE_MAX)) << change;
    EXPECT_EQ(copy->change_mark(change), original->change_mark(change)) << change;
  }
  add(20, 1, "d");
  EXPECT_EQ(copy->changes_since(0)->through, 6U);
  for (const std::string& problem : copy->verify()) ADD_FAILURE() << problem;
}

TEST_F(ReplicaGalleryTest, ARestartTakesOverWhatCameSince) {
  add(1, 3000, "a");
  replica({.folder = folder / "copies"});
  EXPECT_GE(original->records, 3000U);
  original->records = 0;
  add(5000, 7, "b");
  original->update(std::vector{ItemId{1}, ItemId{2}}, {.class_name = "c"});
  const auto copy = replica({.folder = folder / "copies"});
  EXPECT_EQ(original->records, 9U);
  EXPECT_EQ(copy->stats().items, 3007U);
  EXPECT_EQ(copy->class_size("c"), 2U);
  EXPECT_EQ(copy->changes(), 3U);
  EXPECT_EQ(code_of([&] { replica({.folder = folder / "copies"}); }), ErrorCode::kBusy);
}

TEST_F(ReplicaGalleryTest, AnInterruptedCopyGoesOn) {
  add(1, 1000, "a");
  original->most_a_page = 100;
  struct Stop {};
  int left = 6;
  const ReplicaOptions stopped{.folder = folder / "copies", .check = [&] {
                                 if (left-- == 0) throw Stop();
                               }};
  EXPECT_THROW(replica(stopped), Stop);
  EXPECT_GE(original->records, 500U);
  original->records = 0;
  original->remove(std::vector{ItemId{17}, ItemId{999}});
  original->update(std::vector{ItemId{3}}, {.class_name = "b"});
  const auto copy = replica({.folder = folder / "copies"});
  EXPECT_LE(original->records, 510U);
  EXPECT_EQ(difference(*copy, *original, 1), "");
  EXPECT_EQ(copies_in(folder / "copies").size(), 1U);
}

TEST_F(ReplicaGalleryTest, CopiesAnewWhatIsForgotten) {
  add(1, 10, "a");
  const auto copy = replica({.folder = folder / "copies"});
  add(20, 10, "b");
  original->forgotten = 2;
  EXPECT_TRUE(copy->refresh());
  EXPECT_EQ(difference(*copy, *original, 1), "");
  EXPECT_EQ(copy->changes_since(1), std::nullopt);
  EXPECT_EQ(copies_in(folder / "copies"), std::vector{folder / "copies" / "copy-2"});
  add(40, 1, "c");
  EXPECT_TRUE(copy->refresh());  // as it did before
  EXPECT_EQ(difference(*copy, *original, 2), "");
}

TEST_F(ReplicaGalleryTest, CopiesAnewWhereNumbersMeanOtherChanges) {
  add(1, 10, "a");
  add(20, 10, "b");
  auto copy = replica({.folder = folder / "copies"});
  original->marked_from = 2;
  original->records = 0;
  EXPECT_TRUE(copy->refresh());
  EXPECT_GE(original->records, 20U);
  copy.reset();
  original = std::make_shared<Original>();  // and one that is not that far
  add(1, 3, "other");
  copy = replica({.folder = folder / "copies"});
  EXPECT_EQ(difference(*copy, *original, 1), "");
  EXPECT_EQ(copy->changes(), 1U);
}

// Whatever call fails, nothing is half there, answers go on, and the next try takes it all over.
TEST_F(ReplicaGalleryTest, AFailureOfTheOriginalPasses) {
  add(1, 10, "a");
  const auto copy = replica();
  bool has_failed = true;
  int calls = 0;
  for (std::uint64_t round = 1; has_failed; ++round, ++calls) {
    const std::uint64_t before = copy->changes();
    add(100 * round, 3, "b");
    original->update(std::vector{ItemId{round}}, {.class_name = "c"});
    original->calls_left = calls;
    has_failed = !succeeds([&] { copy->refresh(); });
    original->calls_left = -1;
    if (has_failed) {
      EXPECT_EQ(copy->changes(), before);
      EXPECT_EQ(copy->search(corner_embeddings(1, 1).row(0), 100).size(), copy->stats().items);
      EXPECT_TRUE(copy->refresh());
    }
    ASSERT_EQ(copy->changes(), original->changes());
    ASSERT_EQ(difference(*copy, *original, round), "") << round;
  }
  EXPECT_GE(calls, 6);
}

TEST_F(ReplicaGalleryTest, AWriteThatWasAcknowledgedIsNoFailure) {
  const auto copy = replica();
  original->calls_left = 0;
  const auto added = copy->add(std::vector{numbered_item(1, "a")}, corner_embeddings(1, 1));
  EXPECT_EQ(added[0].id, ItemId{1});
  EXPECT_EQ(copy->stats().items, 0U);
  EXPECT_TRUE(copy->refresh());
  EXPECT_EQ(copy->stats().items, 1U);
}

TEST_F(ReplicaGalleryTest, TwoFollowOne) {
  const auto one = replica({.folder = folder / "one"});
  const auto two = replica({.folder = folder / "two"});
  for (std::uint64_t round = 1; round <= 20; ++round) {
    Gallery& writer = round % 2 == 0 ? *one : *two;
    Gallery& reader = round % 2 == 0 ? *two : *one;
    writer.add(std::vector{numbered_item(round, "a"), numbered_item(100 + round, "b")},
               corner_embeddings(2, round));
    writer.update(std::vector{ItemId{round}}, {.key = "k" + std::to_string(round)});
    EXPECT_EQ(writer.find_key("k" + std::to_string(round)), ItemId{round});
    reader.refresh();
    ASSERT_EQ(difference(writer, reader, round), "");
  }
}

// The original changes while it is read, some items all the time: each state that the copy takes
// over must be one that the original had. There each item of class "level" has the same number.
TEST_F(ReplicaGalleryTest, TakesOverStatesThatTheOriginalHad) {
  add(1, 4, "level");
  const auto ids = ids_from(1, 4);
  original->update(ids, {.set = {{"n", 0.0}}});
  const auto copy = replica();
  std::jthread writer([&](const std::stop_token& stop) {
    for (std::uint64_t round = 1; !stop.stop_requested(); ++round) {
      original->update(ids, {.set = {{"n", static_cast<double>(round)}}});
      add(10 * round, 2, "pair");
      const auto pairs = original->items_of("pair");
      if (pairs.size() > 20) original->remove(std::span(pairs).first(2));
    }
  });
  // A writer that never pauses may be too fast for who follows.
  const auto refresh = [&] {
    try {
      return copy->refresh();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBusy);
      return false;
    }
  };
  std::size_t states = 0;
  while (states < 200) {
    states += refresh() ? 1 : 0;
    std::set<MetadataValue> levels;
    for (const auto& record : copy->get_many(ids)) levels.insert(record->info.metadata.at("n"));
    EXPECT_EQ(levels.size(), 1U);
    EXPECT_EQ(copy->class_size("pair") % 2, 0U);
  }
  writer.request_stop();
  writer.join();
  copy->refresh();
  EXPECT_EQ(difference(*copy, *original, 1), "");
}

// A process that follows is killed at any moment; the next one goes on with what is there.
TEST_F(ReplicaGalleryTest, AKillLeavesACopyThatIsGoneOnWith) {
  constexpr std::uint64_t kRounds = 300;
  const auto step = [&](std::uint64_t round) {
    add(10 * round, 3, "a");
    original->update(std::vector{ItemId{round}, ItemId{2 * round}},
                     {.class_name = "b", .key = std::nullopt});
    if (round % 3 == 0) original->remove(std::vector{ItemId{round + 1}});
  };
  for (int kill = 0; kill < 12; ++kill) {
    const pid_t child = ::fork();  // before anything here has threads
    if (child == 0) {
      const auto copy = replica({.folder = folder / "copies"});
      for (std::uint64_t round = 1; round <= kRounds; ++round) {
        step(round);
        copy->refresh();
      }
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + 23 * kill));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
  }
  for (std::uint64_t round = 1; round <= kRounds; ++round) step(round);
  const auto copy = replica({.folder = folder / "copies"});
  EXPECT_EQ(difference(*copy, *original, 1), "");
  for (const std::string& problem : copy->verify()) ADD_FAILURE() << problem;
}

TEST_F(ReplicaGalleryTest, LeavesWhatIsNoCopyAlone) {
  std::ofstream(folder / "letter.txt") << "dear";
  const Error error = error_of([&] { replica({.folder = folder.path()}); });
  EXPECT_EQ(error.code(), ErrorCode::kUsage);
  EXPECT_NE(std::string(error.what()).find("letter.txt"), std::string::npos) << error.what();
  EXPECT_TRUE(fs::exists(folder / "letter.txt"));
}

TEST_F(ReplicaGalleryTest, ADamagedCopyIsMadeAnew) {
  add(1, 10, "a");
  replica({.folder = folder / "copies"});
  for (const auto& file : fs::directory_iterator(folder / "copies" / "copy-1" / "store")) {
    if (file.path().filename().string().starts_with("MANIFEST")) fs::resize_file(file.path(), 3);
  }
  const auto copy = replica({.folder = folder / "copies"});
  EXPECT_EQ(difference(*copy, *original, 1), "");
}

}  // namespace
}  // namespace simdb::test
