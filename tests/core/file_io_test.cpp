#include "core/file_io.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "tests/support/errors.h"
#include "tests/support/read_only_view.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::code_of;
using test::error_of;

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class FileIoTest : public testing::Test {
 protected:
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), {}));
  }
  void make_socket(const fs::path& path) const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
  }

  test::TemporaryFolder folder;
};

TEST_F(FileIoTest, WhatIsWrittenIsRead) {
  const std::string large(3'000'000, 'x');
  for (const std::string& text : {std::string(), std::string("a\0b", 3), large}) {
    write_file_atomic(folder / "file", text);
    EXPECT_EQ(text_of(read_file(folder / "file", large.size())), text);
  }
  EXPECT_EQ(files_in_folder(), 1U);  // no temporary file stays
}

TEST_F(FileIoTest, AFileWrittenInPiecesIsWhole) {
  std::string expected;
  AtomicFile file(folder / "file");
  for (const std::size_t size : {1U, 100U, 65'536U, 65'535U, 0U, 2U, 200'000U, 7U}) {
    const std::string piece(size, static_cast<char>('a' + expected.size() % 26));
    file.write(std::as_bytes(std::span(piece)));
    expected += piece;
  }
  EXPECT_FALSE(fs::exists(folder / "file"));
  file.commit();
  EXPECT_EQ(text_of(read_file(folder / "file", expected.size())), expected);
  EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(FileIoTest, AFileThatIsNotCommittedChangesNothing) {
  write_file_atomic(folder / "file", std::string_view("old"));
  {
    AtomicFile file(folder / "file");
    file.write(std::vector<std::byte>(100'000));
    EXPECT_EQ(files_in_folder(), 2U);
  }
  EXPECT_EQ(text_of(read_file(folder / "file", 3)), "old");
  EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(FileIoTest, ManyThreadsReplaceAFileAndOneOfThemIsThereWhole) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 50;
  const auto text_by = [](int thread) {
    return std::string(static_cast<std::size_t>(200'000 + thread), static_cast<char>('a' + thread));
  };
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] { write_file_atomic(folder / "file", text_by(t)); });
    }
    threads.clear();
    const std::string found = text_of(read_file(folder / "file", 1'000'000));
    ASSERT_EQ(found, text_by(found.front() - 'a'));
    ASSERT_EQ(files_in_folder(), 1U);
  }
}

TEST_F(FileIoTest, ALinkStaysALinkAndPermissionsStay) {
  write_file_atomic(folder / "file", std::string_view("old"));
  fs::permissions(folder / "file", fs::perms(0640));
  fs::create_symlink("file", folder / "link");
  write_file_atomic(folder / "link", std::string_view("new"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_FALSE(fs::is_symlink(folder / "file"));
  EXPECT_EQ(text_of(read_file(folder / "file", 3)), "new");
  EXPECT_EQ(fs::status(folder / "file").permissions(), fs::perms(0640));
  fs::create_symlink("later", folder / "dangling");
  write_file_atomic(folder / "dangling", std::string_view("made"));
  EXPECT_EQ(text_of(read_file(folder / "later", 4)), "made");
  EXPECT_TRUE(fs::is_symlink(folder / "dangling"));
}

TEST_F(FileIoTest, TheLimitIsExact) {
  write_file_atomic(folder / "file", std::string_view("12345"));
  EXPECT_EQ(read_file(folder / "file", 5).size(), 5U);
  const Error error = error_of([&] { read_file(folder / "file", 4); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_NE(std::string(error.what()).find("limit is 4"), std::string::npos);
}

TEST_F(FileIoTest, ANameWithANulIsRefused) {
  write_file_atomic(folder / "file", "text");
  const std::string name = (folder / "file").string() + '\0' + "s end";
  const Error error = error_of([&] { read_file(name, 100); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_NE(std::string(error.what()).find("its name holds a NUL"), std::string::npos);
}

TEST_F(FileIoTest, APathFromTheRootOn) {
  EXPECT_EQ(absolute_path("/a/../b"), "/a/../b");
  EXPECT_EQ(absolute_path("x"), std::filesystem::current_path() / "x");
}

TEST_F(FileIoTest, AMissingFileIsNotFound) {
  const Error error = error_of([&] { read_file(folder / "no" / "file", 10); });
  EXPECT_EQ(error.code(), ErrorCode::kNotFound);
  EXPECT_NE(std::string(error.what()).find((folder / "no" / "file").string()), std::string::npos);
  fs::create_symlink("nowhere", folder / "dangling");
  EXPECT_EQ(code_of([&] { read_file(folder / "dangling", 10); }), ErrorCode::kNotFound);
  write_file_atomic(folder / "file", std::string_view("x"));
  EXPECT_EQ(code_of([&] { read_file(folder / "file" / "below", 10); }), ErrorCode::kNotFound);
}

TEST_F(FileIoTest, OnlyRegularFilesAreReadAndNothingHangs) {
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  make_socket(folder / "socket");
  fs::create_symlink("loop", folder / "loop");
  for (const fs::path& path : {folder.path(), folder / "fifo", folder / "socket", folder / "loop",
                               fs::path("/dev/zero")}) {
    EXPECT_EQ(code_of([&] { read_file(path, 10); }), ErrorCode::kBadInput) << path;
  }
}

TEST_F(FileIoTest, FilesWithoutASizeAreReadToTheirEnd) {
  // /proc files say that they have 0 bytes.
  EXPECT_FALSE(read_file("/proc/self/status", 1 << 20).empty());
  EXPECT_EQ(code_of([] { read_file("/proc/self/status", 10); }), ErrorCode::kBadInput);
}

TEST_F(FileIoTest, AFailedWriteLeavesTheOldFile) {
  EXPECT_EQ(code_of([&] { write_file_atomic(folder / "no" / "file", std::string_view("x")); }),
            ErrorCode::kIo);
  EXPECT_EQ(code_of([] { write_file_atomic("/dev/null", std::string_view("x")); }), ErrorCode::kIo);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  fs::create_directory(folder / "sub");
  EXPECT_EQ(code_of([&] { write_file_atomic(folder / "sub", std::string_view("x")); }),
            ErrorCode::kIo);
  EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(FileIoTest, AReadOnlyFolderRefusesAndNamesThePath) {
  write_file_atomic(folder / "file", std::string_view("old"));
  const test::ReadOnlyView view(folder.path());
  if (!view.works()) GTEST_SKIP() << "the system allows no read-only mount here";
  const Error error =
      error_of([&] { write_file_atomic(folder / "file", std::string_view("new")); });
  EXPECT_EQ(error.code(), ErrorCode::kIo);
  EXPECT_NE(std::string(error.what()).find((folder / "file").string()), std::string::npos);
  EXPECT_EQ(text_of(read_file(folder / "file", 10)), "old");
}

TEST_F(FileIoTest, OnlyFoldersCanBeSynced) {
  EXPECT_NO_THROW(sync_folder(folder.path()));
  EXPECT_EQ(code_of([&] { sync_folder(folder / "missing"); }), ErrorCode::kIo);
}

}  // namespace
}  // namespace simdb
