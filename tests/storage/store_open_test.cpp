#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <thread>

#include "storage/store.h"
#include "tests/storage/raw_store.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/process.h"
#include "tests/support/read_only_view.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using test::code_of;
using test::difference;
using test::error_of;
using test::numbered_item;
using test::put_numbered;
using testing::Values;

bool mentions(const Error& error, const std::string& text) {
  return std::string(error.what()).find(text) != std::string::npos;
}

// Name and content of every file.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

class StoreOpenTest : public testing::TestWithParam<StoreMode> {
 protected:
  test::TemporaryFolder folder;
  fs::path path = folder / "store";
};
INSTANTIATE_TEST_SUITE_P(Modes, StoreOpenTest, Values(StoreMode::kReadWrite, StoreMode::kReadOnly),
                         [](const auto& mode) {
                           return mode.param == StoreMode::kReadWrite ? "Writer" : "Reader";
                         });

TEST_P(StoreOpenTest, NoStoreIsNotFoundAndNothingIsMade) {
  EXPECT_EQ(code_of([&] { Store::open(path, GetParam()); }), ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(path));
}

TEST_P(StoreOpenTest, TooFewDescriptorsAreTold) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan looks at objects through a pipe of its own, which needs descriptors";
#endif
  put_numbered(*test::make_store(path), 1, 3, "cat");
  const int next = ::dup(STDERR_FILENO);
  ::close(next);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(next) + 3;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  const Error error = error_of([&] { Store::open(path, GetParam()); });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(error.code(), ErrorCode::kIo);
  EXPECT_TRUE(mentions(error, "ulimit -n")) << error.what();
  EXPECT_NO_THROW(Store::open(path, GetParam()));
}

TEST_P(StoreOpenTest, AnInterruptedCreationIsTold) {
  fs::create_directory(path);  // the crash came before RocksDB's first file
  const Error empty = error_of([&] { Store::open(path, GetParam()); });
  EXPECT_EQ(empty.code(), ErrorCode::kCorruption);
  EXPECT_TRUE(mentions(empty, "interrupted")) << empty.what();

  fs::remove(path);
  test::make_store(path).reset();
  test::RawStore(path).erase("meta", "format_version");  // it came before the last batch
  const Error without_meta = error_of([&] { Store::open(path, GetParam()); });
  EXPECT_EQ(without_meta.code(), ErrorCode::kCorruption);
  EXPECT_TRUE(mentions(without_meta, "delete the folder")) << without_meta.what();
}

TEST_P(StoreOpenTest, ANewerFormatIsRefusedAndNothingWritten) {
  test::make_store(path).reset();
  {
    test::RawStore raw(path);
    raw.put("meta", "format_version", test::big_endian(4));
    raw.add_family("something_new");
  }
  const auto before = contents(path);
  const Error error = error_of([&] { Store::open(path, GetParam()); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_TRUE(mentions(error, "newer simdb")) << error.what();
  EXPECT_EQ(contents(path), before);
}

TEST_P(StoreOpenTest, DamagedIdentityIsCorruption) {
  for (const auto& [key, value] :
       std::map<std::string, std::string>{{"format_version", "x"},
                                          {"dimension", test::big_endian(4097)},
                                          {"items", "many"},
                                          {"store_id", std::string(32, 'X')},
                                          {"changes", ""},
                                          {"tombstones_from", "0"},
                                          {"history_entries", "3"}}) {
    const fs::path damaged = folder / key;
    test::make_store(damaged).reset();
    test::RawStore(damaged).put("meta", key, value);
    EXPECT_EQ(code_of([&] { Store::open(damaged, GetParam()); }), ErrorCode::kCorruption) << key;
  }
}

TEST_P(StoreOpenTest, EveryFieldOfTheIdentityIsNeeded) {
  for (const std::string key : {"dimension", "encoder_fingerprint", "next_id", "items", "store_id",
                                "changes", "tombstones_from", "history_entries"}) {
    const fs::path damaged = folder / key;
    test::make_store(damaged).reset();
    test::RawStore(damaged).erase("meta", key);
    const Error error = error_of([&] { Store::open(damaged, GetParam()); });
    EXPECT_EQ(error.code(), ErrorCode::kCorruption) << key;
    EXPECT_TRUE(mentions(error, "'" + key + "' is missing")) << error.what();
  }
}

TEST_P(StoreOpenTest, ADamagedEncoderIsCorruption) {
  test::make_store(path).reset();
  const std::string fingerprint = Store::open(path, GetParam())->encoder_fingerprint();
  test::RawStore(path).put("models", fingerprint, "other bytes");
  const auto store = Store::open(path, GetParam());
  EXPECT_EQ(code_of([&] { store->encoder_model(); }), ErrorCode::kCorruption);
}

TEST_P(StoreOpenTest, TheSpaceOfVectorsFromElsewhereIsKept) {
  const std::string text = "simdb space\n100\nclip";
  const auto bytes = std::as_bytes(std::span(text));
  Store::create(path, {100, to_hex(sha256(bytes)), {bytes.begin(), bytes.end()}, "clip"});
  {
    const auto store = Store::open(path, GetParam());
    EXPECT_EQ(store->space(), "clip");
    EXPECT_EQ(store->dimension(), 100U);
    EXPECT_TRUE(store->verify().empty());
  }
  for (const std::string name : {"another", "clip\n"}) {
    test::RawStore(path).put("meta", "space", name);
    const Error error = error_of([&] { Store::open(path, GetParam()); });
    EXPECT_EQ(error.code(), ErrorCode::kCorruption);
    EXPECT_TRUE(mentions(error, "'space'")) << error.what();
  }
  test::RawStore(path).put("meta", "space", "clip");
  EXPECT_EQ(Store::open(path, GetParam())->space(), "clip");
}

TEST_F(StoreOpenTest, CreateRefusesWhatIsThere) {
  test::make_store(path).reset();
  EXPECT_EQ(code_of([&] { test::make_store(path); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { test::make_store(folder / "no" / "parent"); }), ErrorCode::kIo);
  EXPECT_EQ(code_of([&] { test::make_store(folder / "odd", 4097); }), ErrorCode::kUsage);
  EXPECT_FALSE(fs::exists(folder / "odd"));
}

TEST_F(StoreOpenTest, ASecondWriterInThisProcessIsBusy) {
  const auto store = test::make_store(path);
  const Error error = error_of([&] { Store::open(path, StoreMode::kReadWrite); });
  EXPECT_EQ(error.code(), ErrorCode::kBusy);
  EXPECT_TRUE(mentions(error, "this process")) << error.what();
  // The lock must still be held after that.
  test::Process worker({SIMDB_STORE_WORKER, "hold", path});
  worker.close_input();
  EXPECT_EQ(worker.wait(), static_cast<int>(ErrorCode::kBusy));
}

TEST_F(StoreOpenTest, ASecondWriterElsewhereIsNamed) {
  test::make_store(path).reset();
  test::Process holder({SIMDB_STORE_WORKER, "hold", path});
  ASSERT_EQ(holder.read_line(seconds(20)), "ready");
  const Error error = error_of([&] { Store::open(path, StoreMode::kReadWrite); });
  EXPECT_EQ(error.code(), ErrorCode::kBusy);
  EXPECT_TRUE(mentions(error, std::to_string(holder.pid()))) << error.what();
  EXPECT_TRUE(mentions(error, "store_worker hold")) << error.what();
  holder.kill();
  EXPECT_NO_THROW(Store::open(path, StoreMode::kReadWrite));
}

TEST_F(StoreOpenTest, AReaderSeesWhatALiveWriterHasAcknowledged) {
  const auto writer = test::make_store(path);
  std::vector<ItemId> ids;
  std::vector<ItemId> erased;
  for (std::uint64_t number = 1; number <= 5; ++number) {
    ids.push_back(put_numbered(*writer, number, 1, "cat").front());
    const auto reader = Store::open(path, StoreMode::kReadOnly);
    ASSERT_EQ(reader->size(), number);
    for (std::uint64_t i = 0; i < number; ++i) {
      EXPECT_EQ(difference(*reader, ids[i], i + 1), "");
    }
    put_numbered(*writer, 100 + number, 1, "cat");
    writer->erase(writer->find_digest(numbered_item(100 + number, "cat").info.digest));
    EXPECT_EQ(reader->size(), number);  // the state at the time of opening
    EXPECT_EQ(reader->id(), writer->id());
    EXPECT_EQ(reader->changes(), 3 * number - 2);
    EXPECT_EQ(writer->changes(), 3 * number);
    EXPECT_EQ(reader->erased_since(0), erased);
    erased.push_back(ItemId{to_number(ids.back()) + 1});
    EXPECT_EQ(writer->erased_since(0), erased);
  }
}

TEST_F(StoreOpenTest, ReadersBesideABusyWriterSeeWholeStates) {
  test::make_store(path).reset();
  test::Process writer({SIMDB_STORE_WORKER, "fill", path, "1"});
  ASSERT_TRUE(writer.read_line(seconds(100))) << "the writer said nothing";
  const std::jthread listener(
      [&](const std::stop_token& stop) {  // else the pipe's end is soon full
        while (!stop.stop_requested()) writer.read_line(std::chrono::milliseconds(20));
      });
  std::uint64_t first = 0;
  std::uint64_t largest = 0;
  const auto end = std::chrono::steady_clock::now() + seconds(10);
  for (int i = 0; i < 20 || largest == first; ++i) {
    SCOPED_TRACE(i);
    const auto reader = Store::open(path, StoreMode::kReadOnly);
    for (const StoreProblem& problem : reader->verify()) ADD_FAILURE() << problem.what;
    std::uint64_t last = 0;
    reader->for_each_item([&](const ItemRecord& record) {
      last = to_number(record.id);
      return true;
    });
    EXPECT_GE(last, largest);
    largest = last;
    if (i == 0) first = last;
    if (std::chrono::steady_clock::now() > end) break;
  }
  EXPECT_GT(largest, first);
}

TEST_F(StoreOpenTest, AReaderIsSoundAfterAWriterHasMergedItsTablesAway) {
  put_numbered(*test::make_store(path), 1, 10, "cat");
  const auto tables_of = [&] {
    std::set<fs::path> tables;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".sst") tables.insert(entry.path());
    }
    return tables;
  };
  const std::set<fs::path> opened = tables_of();
  const auto reader = Store::open(path, StoreMode::kReadOnly);
  const auto are_there = [&] {
    const std::set<fs::path> now = tables_of();
    return std::includes(now.begin(), now.end(), opened.begin(), opened.end());
  };
  for (std::uint64_t session = 1; are_there(); ++session) {
    ASSERT_LT(session, 100U) << "no table was merged";
    const auto writer = Store::open(path, StoreMode::kReadWrite);
    put_numbered(*writer, 100 * session, 1, "cat");
  }
  for (const StoreProblem& problem : reader->verify()) ADD_FAILURE() << problem.what;
  EXPECT_EQ(reader->size(), 10U);
}

TEST_F(StoreOpenTest, AReadOnlyDiskIsEnoughForReaders) {
  std::vector<ItemId> ids;
  {
    const auto store = test::make_store(path);
    ids = put_numbered(*store, 1, 10, "cat");
    fs::copy(path, folder / "unclean");  // as after a crash: the items are in the log only
  }
  const test::ReadOnlyView view(folder.path());
  if (!view.works()) GTEST_SKIP() << "the system allows no read-only mount here";
  for (const fs::path& which : {path, folder / "unclean"}) {
    const auto reader = Store::open(which, StoreMode::kReadOnly);
    for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(difference(*reader, ids[i], i + 1), "");
    EXPECT_TRUE(reader->verify().empty());
    const Error error = error_of([&] { Store::open(which, StoreMode::kReadWrite); });
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_TRUE(mentions(error, which.string())) << error.what();
  }
  EXPECT_EQ(code_of([&] { test::make_store(folder / "new"); }), ErrorCode::kIo);
}

}  // namespace
}  // namespace simdb
