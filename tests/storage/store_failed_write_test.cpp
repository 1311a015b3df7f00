// A disk that refuses to take more. The limit of this process on the size of a file stands in for a
// full disk: it needs no rights.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "storage/store.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(StoreFailedWriteTest, NothingAcknowledgedIsLostAndTheStoreSaysWhatToDo) {
  const test::TemporaryFolder folder;
  const auto path = folder / "store";
  auto store = test::make_store(path);
  std::vector<ItemId> ids;
  std::string message;
  {
    const FileSizeLimit limit(200'000);
    for (std::uint64_t number = 1; message.empty(); number += 20) {
      ASSERT_LT(number, 100'000U) << "the limit has no effect";
      try {
        const auto added = test::put_numbered(*store, number, 20, "cat");
        ids.insert(ids.end(), added.begin(), added.end());
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kIo);
        message = error.what();
      }
    }
  }
  EXPECT_NE(message.find("add 20 items"), std::string::npos) << message;
  EXPECT_NE(message.find(path.string()), std::string::npos) << message;
  EXPECT_GT(ids.size(), 100U);

  // The disk works again, but only opening tells what it holds.
  const Error refused = test::error_of([&] { test::put_numbered(*store, 1, 1, "cat"); });
  EXPECT_EQ(refused.code(), ErrorCode::kIo);
  EXPECT_NE(std::string(refused.what()).find("open the database again"), std::string::npos);
  EXPECT_EQ(test::code_of([&] { store->erase(ids); }), ErrorCode::kIo);
  EXPECT_EQ(test::code_of([&] { store->forget_changes(1); }), ErrorCode::kIo);
  EXPECT_EQ(store->changes(), ids.size() / 20);
  EXPECT_EQ(store->size(), ids.size());
  EXPECT_EQ(test::difference(*store, ids.front(), 1), "");

  store.reset();
  store = Store::open(path, StoreMode::kReadWrite);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ASSERT_EQ(test::difference(*store, ids[i], i + 1), "");
  }
  EXPECT_TRUE(store->verify().empty());
  EXPECT_NO_THROW(test::put_numbered(*store, 1, 1, "cat"));
}

TEST(StoreFailedWriteTest, AFailedCreationCanBeTriedAgain) {
  int failures = 0;
  for (const rlim_t bytes : {0, 10, 20, 30, 50, 70, 100, 200, 400, 800, 1200, 3000, 10'000}) {
    SCOPED_TRACE(bytes);
    const test::TemporaryFolder folder;
    const auto path = folder / "store";
    try {
      const FileSizeLimit limit(bytes);
      test::make_store(path);
      continue;  // the files are smaller than that
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIo) << error.what();
      ++failures;
    }
    EXPECT_EQ(test::code_of([&] { Store::open(path, StoreMode::kReadWrite); }),
              ErrorCode::kCorruption);
    std::filesystem::remove_all(path);
    EXPECT_NO_THROW(test::make_store(path));
  }
  EXPECT_GT(failures, 5);
}

}  // namespace
}  // namespace simdb
