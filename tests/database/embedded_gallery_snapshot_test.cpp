// The saved index: used where it is right, and never where it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "core/file_io.h"
#include "database/embedded_gallery.h"
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

namespace fs = std::filesystem;
using test::code_of;
using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t kRows = 6000;

std::vector<ItemId> numbers(std::uint64_t first, std::uint64_t last, std::uint64_t step = 1) {
  std::vector<ItemId> ids;
  for (std::uint64_t id = first; id <= last; id += step) ids.push_back(ItemId{id});
  return ids;
}

class EmbeddedGallerySnapshotTest : public testing::Test {
 protected:
  std::unique_ptr<EmbeddedGallery> open(StoreMode mode = StoreMode::kReadWrite) {
    return std::make_unique<EmbeddedGallery>(Store::open(folder / "store", mode), folder.path(),
                                             [this](std::size_t dimension) {
                                               ++built;
                                               return make_index(dimension);
                                             });
  }
  // Adds to a gallery of ids 1, 2, ...
  void add(EmbeddedGallery& gallery, std::size_t rows, std::uint64_t seed) const {
    std::vector<NewItem> items(rows);
    for (std::size_t i = 0; i < rows; ++i) items[i].info.class_name = i % 2 == 0 ? "even" : "odd";
    gallery.add(items, test::clustered_embeddings(rows, 16, 40, seed));
  }
  // A closed database of ids 1 ... `rows`.
  void make(std::size_t rows = kRows) {
    test::make_store(folder / "store").reset();
    add(*open(), rows, 1);
    built = 0;
  }
  void expect_right(const EmbeddedGallery& gallery) const {
    test::ReferenceIndex reference;
    gallery.for_each_embedding([&](ItemId id, std::span<const float> values) {
      EmbeddingBatch row(16);
      row.append_unit(values);
      reference.add(std::span(&id, 1), row);
      return true;
    });
    const auto queries = test::clustered_embeddings(5, 16, 40, 77);
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      ASSERT_EQ(gallery.search(queries.row(q), 20), reference.search(queries.row(q), 20));
    }
  }
  // What verify says of the closed database.
  std::vector<std::string> problems() { return open(StoreMode::kReadOnly)->verify(); }

  void flip(std::uint64_t position) const {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(position));
    const auto byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(position));
    file.put(byte);
  }

  test::TemporaryFolder folder;
  const fs::path path = snapshot_path(folder.path());
  int built = 0;  // how often an index was built from the store
};

TEST_F(EmbeddedGallerySnapshotTest, ASmallGalleryHasNone) {
  make(4095);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(EmbeddedGallerySnapshotTest, ALargeOneIsSavedOnClosingAndMappedLater) {
  make();
  EXPECT_EQ(read_snapshot_info(path).rows, kRows);
  for (const StoreMode mode : {StoreMode::kReadOnly, StoreMode::kReadWrite}) {
    const auto gallery = open(mode);
    expect_right(*gallery);
    EXPECT_THAT(gallery->verify(), IsEmpty());
  }
  EXPECT_EQ(built, 0);
}

TEST_F(EmbeddedGallerySnapshotTest, AFewLaterChangesAreCaughtUp) {
  make();
  const SnapshotOrigin origin = read_snapshot_info(path).origin;
  {
    const auto gallery = open();
    add(*gallery, 300, 2);
    gallery->remove(numbers(1, kRows + 300, 7));
    add(*gallery, 3, 3);
  }
  EXPECT_EQ(read_snapshot_info(path).origin, origin);  // too little to save it again
  for (const StoreMode mode : {StoreMode::kReadOnly, StoreMode::kReadWrite}) {
    const auto gallery = open(mode);
    expect_right(*gallery);
    EXPECT_THAT(gallery->verify(), IsEmpty());
  }
  EXPECT_EQ(built, 0);
}

TEST_F(EmbeddedGallerySnapshotTest, ItIsRenewedAfterManyChanges) {
  make();
  add(*open(), 4096, 2);
  EXPECT_EQ(read_snapshot_info(path).rows, kRows);
  add(*open(), 1, 3);  // one more than that
  EXPECT_EQ(read_snapshot_info(path).rows, kRows + 4097);
  open()->remove(numbers(1, 4097));
  const SnapshotInfo info = read_snapshot_info(path);
  EXPECT_EQ(info.rows, kRows);
  EXPECT_EQ(built, 0);
  const auto store = Store::open(folder / "store", StoreMode::kReadOnly);
  EXPECT_EQ(info.origin.change, store->changes());
  EXPECT_TRUE(store->changes_since(0, 1));  // who follows the gallery still needs it
}

TEST_F(EmbeddedGallerySnapshotTest, ComingAndGoingCountsToo) {
  make();
  const SnapshotOrigin origin = read_snapshot_info(path).origin;
  {
    const auto gallery = open();
    add(*gallery, 4097, 2);
    gallery->remove(numbers(kRows + 1, kRows + 4097));
  }
  EXPECT_NE(read_snapshot_info(path).origin, origin);
}

TEST_F(EmbeddedGallerySnapshotTest, AGalleryThatHasGrownMuchIsDividedAnew) {
  make();
  add(*open(), kRows + 2, 2);
  EXPECT_EQ(built, 1);
  expect_right(*open());
  EXPECT_EQ(read_snapshot_info(path).rows, 2 * kRows + 2);
}

TEST_F(EmbeddedGallerySnapshotTest, UnusableFilesAreReplaced) {
  const test::TemporaryFolder other;
  make();
  const auto foreign = make_index(16);
  foreign->add(numbers(1, kRows), test::clustered_embeddings(kRows, 16, 40, 5));
  const SnapshotOrigin origin = read_snapshot_info(path).origin;
  const std::vector<std::byte> sound = read_file(path, 10'000'000);
  const std::vector<std::function<void()>> mismatches = {
      [&] { fs::remove(path); },
      [&] { foreign->save(path, {std::string(32, '0'), origin.change, origin.mark}); },
      [&] { foreign->save(path, {origin.store_id, origin.change, origin.mark ^ 1}); },
      [&] { flip(40); },   // in the header
      [&] { flip(130); },  // in the tables
      [&] { fs::resize_file(path, sound.size() - 64); },
      [&] { fs::resize_file(path, 0); },
      [&] {
        write_file_atomic(path, std::string_view("something else, and long enough to be it"));
      },
  };
  for (std::size_t i = 0; i < mismatches.size(); ++i) {
    SCOPED_TRACE(i);
    write_file_atomic(path, sound);
    mismatches[i]();
    built = 0;
    expect_right(*open(StoreMode::kReadOnly));
    EXPECT_EQ(built, 1);
    if (i != 0) {
      EXPECT_THAT(problems(), ElementsAre(HasSubstr(path.string())));
    }
    expect_right(*open());
    EXPECT_EQ(read_file(path, 10'000'000).size(), sound.size());
    EXPECT_EQ(read_snapshot_info(path).origin, origin);
    EXPECT_THAT(problems(), IsEmpty());
  }
}

TEST_F(EmbeddedGallerySnapshotTest, WhatTheStoreForgotIsNotGuessed) {
  make();
  {
    const auto gallery = open();
    gallery->remove(numbers(5, 500, 5));
  }
  {
    const auto store = Store::open(folder / "store", StoreMode::kReadWrite);
    store->forget_changes(store->changes());
  }
  EXPECT_THAT(problems(), IsEmpty());
  built = 0;
  expect_right(*open());
  EXPECT_EQ(built, 1);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(EmbeddedGallerySnapshotTest, ADamagedPartitionIsNeverBelieved) {
  make();
  const std::uint64_t size = fs::file_size(path);
  std::uint64_t position = size - 3000;
  flip(position);
  EXPECT_THAT(problems(), testing::Contains(HasSubstr(path.string())));
  const auto everything = [&](const EmbeddedGallery& gallery) {
    const auto query = test::random_embeddings(1, 16, 9);
    EXPECT_EQ(gallery.search(query.row(0), kRows).size(), kRows);
    expect_right(gallery);
  };
  built = 0;
  {
    const auto reader = open(StoreMode::kReadOnly);
    everything(*reader);
    everything(*reader);
    EXPECT_EQ(built, 1);
  }
  everything(*open());  // writes a new one on closing
  EXPECT_EQ(built, 2);
  EXPECT_THAT(problems(), IsEmpty());
  // No other search uses it either.
  flip(position);
  const auto query = test::random_embeddings(1, 16, 9);
  EXPECT_EQ(open(StoreMode::kReadOnly)->range_search(query.row(0), -1).size(), kRows);
  EXPECT_EQ(open(StoreMode::kReadOnly)->search_batch(query, kRows).at(0).size(), kRows);
  flip(position);
  // Nor is it saved anew under a new checksum.
  flip(position);
  add(*open(), 4097, 2);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(EmbeddedGallerySnapshotTest, AStoreThatLostChangesIsUnmasked) {
  make();
  fs::copy(folder / "store", folder / "copy", fs::copy_options::recursive);
  {
    const auto gallery = open();
    add(*gallery, 10, 2);
    gallery->reindex();
  }
  fs::remove_all(folder / "store");
  fs::copy(folder / "copy", folder / "store", fs::copy_options::recursive);

  const Error error = error_of([&] { open(); });
  EXPECT_EQ(error.code(), ErrorCode::kCorruption);
  EXPECT_THAT(error.what(), HasSubstr("delete that file"));
  EXPECT_THAT(error.what(), HasSubstr(path.string()));
  built = 0;
  expect_right(*open(StoreMode::kReadOnly));  // what there is
  EXPECT_EQ(built, 1);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("does not have")));

  const std::vector<std::byte> ahead = read_file(path, 10'000'000);
  fs::remove(path);
  expect_right(*open());
  EXPECT_THAT(problems(), IsEmpty());

  // With other changes under the numbers of the lost ones.
  {
    const auto gallery = open();
    add(*gallery, 10, 3);
    add(*gallery, 10, 4);
  }
  write_file_atomic(path, ahead);
  built = 0;
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("put back")));
  expect_right(*open());
  EXPECT_EQ(built, 2);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(EmbeddedGallerySnapshotTest, AnOlderCopyOfTheWholeFolderIsFine) {
  make();
  const test::TemporaryFolder copy;
  fs::copy(folder.path(), copy.path(), fs::copy_options::recursive);
  {
    const auto gallery = open();
    add(*gallery, 10, 2);
    gallery->reindex();
  }
  fs::remove_all(folder / "store");
  fs::copy(copy.path(), folder.path(),
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  built = 0;
  expect_right(*open());
  EXPECT_EQ(built, 0);
}

TEST_F(EmbeddedGallerySnapshotTest, AReaderKeepsItsViewBesideAWriter) {
  make();
  const auto early = open(StoreMode::kReadOnly);
  const auto lazy = open(StoreMode::kReadOnly);
  expect_right(*early);  // maps the first snapshot
  const auto writer = open();
  for (std::uint64_t round = 0; round < 3; ++round) {
    add(*writer, 50, 10 + round);
    writer->remove(numbers(round + 1, kRows, 97));
    const auto before = open(StoreMode::kReadOnly);
    if (round == 1) expect_right(*before);
    writer->reindex();
    expect_right(*before);
    expect_right(*early);
    EXPECT_THAT(before->verify(), IsEmpty());
  }
  // The file is ahead of its view; that is no loss.
  EXPECT_THAT(lazy->verify(), IsEmpty());
  expect_right(*lazy);
  EXPECT_EQ(lazy->stats().items, kRows);
  expect_right(*writer);
}

TEST_F(EmbeddedGallerySnapshotTest, AFailedSaveHarmsNothing) {
  make();
  const std::vector<std::byte> old = read_file(path, 10'000'000);
  {
    const auto gallery = open();
    add(*gallery, 5000, 2);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{100'000, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const ErrorCode code = code_of([&] { gallery->refresh_snapshot(); });
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(code, ErrorCode::kIo);
    EXPECT_EQ(read_file(path, 10'000'000), old);
    add(*gallery, 5, 3);
    expect_right(*gallery);
    EXPECT_TRUE(gallery->refresh_snapshot());  // there is room again
    EXPECT_FALSE(gallery->refresh_snapshot());
  }
  fs::remove(path);
  fs::create_directory(path);
  {
    const auto gallery = open();
    EXPECT_EQ(code_of([&] { gallery->refresh_snapshot(); }), ErrorCode::kIo);
    add(*gallery, 5, 4);
    expect_right(*gallery);
  }  // no exception either
  expect_right(*open(StoreMode::kReadOnly));
}

TEST_F(EmbeddedGallerySnapshotTest, ReadersSaveNothing) {
  make();
  fs::remove(path);
  const auto reader = open(StoreMode::kReadOnly);
  EXPECT_FALSE(reader->refresh_snapshot());
  EXPECT_EQ(code_of([&] { reader->reindex(); }), ErrorCode::kUsage);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(EmbeddedGallerySnapshotTest, ReindexSavesAnyGalleryAndTidiesUp) {
  make(30);
  write_file_atomic(path.string() + ".tmp.1", std::string_view("half a snapshot"));
  const ReindexReport report = open()->reindex();
  EXPECT_EQ(report.items, 30U);
  EXPECT_EQ(report.snapshot_bytes, fs::file_size(path));
  EXPECT_FALSE(fs::exists(path.string() + ".tmp.1"));
  built = 0;
  expect_right(*open());
  EXPECT_EQ(built, 0);
}

}  // namespace
}  // namespace simdb
