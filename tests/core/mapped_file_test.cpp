#include "core/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "core/file_io.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

using test::code_of;

std::string text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(MappedFileTest, ShowsAWholeFile) {
  const test::TemporaryFolder folder;
  for (const std::size_t size : {0U, 1U, 4096U, 100'001U}) {
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 26);
    write_file_atomic(folder / "file", text);
    const MappedFile file(folder / "file");
    EXPECT_EQ(text_of(file), text);
    EXPECT_EQ(file.path(), folder / "file");
  }
}

TEST(MappedFileTest, KeepsTheOldFileWhenItIsReplacedOrRemoved) {
  const test::TemporaryFolder folder;
  write_file_atomic(folder / "file", std::string_view("old"));
  const MappedFile file(folder / "file");
  write_file_atomic(folder / "file", std::string_view("newer"));
  EXPECT_EQ(text_of(file), "old");
  std::filesystem::remove(folder / "file");
  EXPECT_EQ(text_of(file), "old");
}

TEST(MappedFileTest, RefusesWhatIsNoRegularFile) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { MappedFile file(folder / "fifo"); }), ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { MappedFile file(folder.path()); }), ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { MappedFile file(folder / "absent"); }), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace simdb
