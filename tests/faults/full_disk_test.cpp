// A disk that fills up in the middle of changes: the error says so, reading and searching go on,
// what was acknowledged is there, and with space again so is the rest. On a small real file system
// where this process may mount one, on a FaultDisk everywhere.
#include <gtest/gtest.h>

#include <fstream>

#include "index/snapshot.h"
#include "simdb/error.h"
#include "tests/faults/faulty_gallery.h"
#include "tests/faults/small_disk.h"
#include "tests/support/embeddings.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// Where a database lies, how it is opened there, and how space is made.
struct Place {
  fs::path folder;
  std::function<std::unique_ptr<EmbeddedGallery>()> open;
  std::function<void()> fill_soon;  // lets the disk be full after some more
  std::function<void()> make_space;
};

// Larger items than the rest of the tests have: a disk is full sooner.
std::vector<NewItem> heavy_items(std::uint64_t first, std::size_t count, std::mt19937_64& random) {
  std::vector<NewItem> items;
  for (std::uint64_t number = first; number < first + count; ++number) {
    items.push_back(numbered_item(number, "class " + std::to_string(number % 3)));
    items.back().thumbnail.resize(12'000);
    for (std::byte& byte : items.back().thumbnail) byte = static_cast<std::byte>(random());
  }
  return items;
}

EmbeddingBatch embeddings_of(std::uint64_t first, std::size_t count) {
  EmbeddingBatch embeddings(16);
  for (std::uint64_t number = first; number < first + count; ++number) {
    embeddings.append(random_embeddings(1, 16, number));
  }
  return embeddings;
}

// What is wrong with how a full disk is met, in words.
std::string fill(const Place& place, std::uint64_t seed, std::uint64_t& acknowledged) {
  std::mt19937_64 random(seed);
  auto gallery = place.open();
  std::map<ItemId, Sha256> stored;
  const auto add = [&](std::uint64_t first, std::size_t count) {
    const auto items = heavy_items(first, count, random);
    const auto added = gallery->add(items, embeddings_of(first, count));
    for (std::size_t i = 0; i < count; ++i) {
      stored[added[i].id] = sha256(items[i].thumbnail);
    }
  };
  const auto differs = [&]() -> std::string {
    std::size_t present = 0;
    std::string wrong;
    gallery->for_each_item([&](const ItemRecord& record) {
      const auto item = stored.find(record.id);
      if (item == stored.end()) return true;  // of a change that was not acknowledged
      ++present;
      if (sha256(gallery->thumbnail(record.id)) != item->second) wrong = "a thumbnail changed";
      return true;
    });
    if (present != stored.size()) return "acknowledged items are missing";
    return wrong;
  };
  add(1, 20);
  gallery->reindex();
  const auto saved = read_snapshot_info(snapshot_path(place.folder));

  place.fill_soon();
  std::string message;
  std::uint64_t next = 21;
  try {
    for (; next < 100'000; next += 5) add(next, 5);
    return "the disk never was full";
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kIo) return std::string("the wrong error: ") + error.what();
    message = error.what();
  }
  if (message.find("free space on the disk") == std::string::npos) return "unclear: " + message;

  // The handle still reads and searches, takes no change, and keeps the saved index.
  if (const std::string wrong = differs(); !wrong.empty()) return "on the full disk " + wrong;
  if (gallery->search(random_embeddings(1, 16, 3).row(0), 10).size() != 10) return "no search";
  try {
    add(next, 1);
    return "a change was taken after a failed one";
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kIo) return std::string("the wrong error: ") + error.what();
  }
  try {
    gallery->reindex();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kIo) return std::string("the wrong error: ") + error.what();
  }
  if (read_snapshot_info(snapshot_path(place.folder)).rows < saved.rows) return "the index is gone";

  gallery.reset();
  place.make_space();
  gallery = place.open();
  if (const std::string wrong = differs(); !wrong.empty()) return "with space again " + wrong;
  for (const std::string& problem : gallery->verify()) return problem;
  add(next + 10, 5);
  gallery->reindex();
  for (const std::string& problem : gallery->verify()) return problem;
  acknowledged += stored.size();
  return "";
}

std::unique_ptr<EmbeddedGallery> open_or_create(const fs::path& folder) {
  if (!fs::exists(store_path(folder))) {
    fs::create_directories(folder);
    const std::vector<std::byte> model(1000, std::byte{42});
    Store::create(store_path(folder), {16, to_hex(sha256(model)), model}).reset();
  }
  return std::make_unique<EmbeddedGallery>(Store::open(store_path(folder), StoreMode::kReadWrite),
                                           folder);
}

TEST(FullDiskTest, NothingIsLostAndTheErrorSaysWhatToDo) {
  const std::uint64_t times = amount(1, 4, 20);
  std::uint64_t seed = fault_run().seed;
  std::uint64_t mounted = 0;
  std::uint64_t simulated = 0;
  std::uint64_t acknowledged = 0;
  for (const std::uint64_t size : {8 * kMiB, 16 * kMiB, 32 * kMiB}) {
    for (std::uint64_t i = 0; i < times; ++i) {
      SCOPED_TRACE("seed " + std::to_string(++seed));
      const SmallDisk disk(size);
      if (disk.ok()) {
        const fs::path ballast = disk.path() / "ballast";
        // Opening again writes what the log holds into tables: it takes that much space.
        std::ofstream(ballast) << std::string(size / 10 * 6 + seed % kMiB, 'x');
        const Place place{disk.path() / "db", [&] { return open_or_create(disk.path() / "db"); },
                          [] {}, [&] { fs::remove(ballast); }};
        EXPECT_EQ(fill(place, seed, acknowledged), "");
        ++mounted;
      }
      FaultyGallery database(seed);
      database.create();
      database.close();
      const Place place{database.path(),
                        [&] {
                          database.open();
                          return std::move(database.gallery);
                        },
                        [&] { database.disk.limit_space(size / 16 + seed % kMiB); },
                        [&] { database.disk.heal(); }};
      EXPECT_EQ(fill(place, seed, acknowledged), "");
      ++simulated;
      if (HasFatalFailure()) return;
    }
  }
  // A disk that is never full: the test must not take that for a full one.
  FaultyGallery endless(seed);
  endless.create();
  endless.close();
  std::uint64_t opened = 0;
  const Place place{endless.path(),
                    [&] {
                      endless.open();
                      return std::move(endless.gallery);
                    },
                    [&] { endless.disk.fail_at(200, EIO, true); }, [] {}};
  EXPECT_NE(fill(place, seed, opened), "") << "another error passes for a full disk";
  if (HasFailure()) return;
  record({"F5", grouped(mounted) + " full file systems, " + grouped(simulated) + " simulated ones",
          grouped(acknowledged) + " acknowledged items, 0 lost; reads and searches went on",
          "another error in its place: noticed"});
}

}  // namespace
}  // namespace simdb::test
