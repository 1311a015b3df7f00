#include "pipeline/formats/vector_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "core/file_io.h"
#include "simdb/database.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

// The elements of a .npy file whose header holds `shape`.
template <typename T>
std::vector<T> read_npy(const fs::path& path, const std::string& type, const std::string& shape) {
  const std::vector<std::byte> bytes = read_file(path, 1 << 20);
  const auto header = static_cast<std::size_t>(bytes[8]) + 256 * static_cast<std::size_t>(bytes[9]);
  const std::string text(reinterpret_cast<const char*>(bytes.data()) + 10, header);
  EXPECT_NE(text.find("'descr': '" + type + "'"), std::string::npos) << text;
  EXPECT_NE(text.find("'shape': " + shape), std::string::npos) << text;
  std::vector<T> values((bytes.size() - 10 - header) / sizeof(T));
  if (!values.empty()) {
    std::memcpy(values.data(), bytes.data() + 10 + header, values.size() * sizeof(T));
  }
  return values;
}

class VectorFilesTest : public testing::Test {
 protected:
  // Items 1, 3, 4, 5: 2 was removed.
  void fill() {
    std::vector<NewItem> items;
    for (std::uint64_t number = 1; number <= 5; ++number) {
      items.push_back(test::numbered_item(number, "cat"));
    }
    database.gallery().add(items, test::random_embeddings(5, 32, 1));
    database.remove(std::vector{ItemId{2}});
  }
  std::vector<float> values() const {
    const EmbeddingBatch all = test::random_embeddings(5, 32, 1);
    std::vector<float> kept;
    for (const std::size_t row : {0U, 2U, 3U, 4U}) {
      kept.insert(kept.end(), all.row(row).begin(), all.row(row).end());
    }
    return kept;
  }
  const Gallery& gallery() const { return database.gallery(); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder / "out"), {}));
  }
  void SetUp() override { fs::create_directory(folder / "out"); }

  test::TemporaryFolder folder;
  Database database = Database::create(folder / "db", std::vector<std::byte>(10), 32);
  const std::vector<std::int64_t> kept_ids{1, 3, 4, 5};
};

TEST_F(VectorFilesTest, NumpyHoldsRowsAndIds) {
  fill();
  EXPECT_EQ(write_npy(gallery(), folder / "out/all.npy"), 4U);
  EXPECT_EQ(read_npy<float>(folder / "out/all.npy", "<f4", "(4, 32)"), values());
  EXPECT_EQ(read_npy<std::int64_t>(folder / "out/all.npy.ids.npy", "<i8", "(4,)"), kept_ids);
  EXPECT_EQ(files(), 2U);
}

TEST_F(VectorFilesTest, FvecsHoldsADimensionBeforeEachRow) {
  fill();
  EXPECT_EQ(write_fvecs(gallery(), folder / "out/all.fvecs"), 4U);
  const std::vector<std::byte> bytes = read_file(folder / "out/all.fvecs", 1 << 20);
  constexpr std::size_t kRowBytes = 4 + 32 * sizeof(float);
  ASSERT_EQ(bytes.size(), 4 * kRowBytes);
  std::vector<float> rows(std::size_t{4} * 32);
  for (std::size_t row = 0; row < 4; ++row) {
    const std::byte* at = bytes.data() + row * kRowBytes;
    EXPECT_TRUE(at[0] == std::byte{32} && at[1] == std::byte{0} && at[2] == std::byte{0} &&
                at[3] == std::byte{0});
    std::memcpy(rows.data() + row * 32, at + 4, kRowBytes - 4);
  }
  EXPECT_EQ(rows, values());
  EXPECT_EQ(read_npy<std::int64_t>(folder / "out/all.fvecs.ids.npy", "<i8", "(4,)"), kept_ids);
  EXPECT_EQ(files(), 2U);
}

TEST_F(VectorFilesTest, AnEmptyGalleryGivesEmptyFiles) {
  EXPECT_EQ(write_npy(gallery(), folder / "out/all.npy"), 0U);
  EXPECT_TRUE(read_npy<float>(folder / "out/all.npy", "<f4", "(0, 32)").empty());
  EXPECT_EQ(write_fvecs(gallery(), folder / "out/all.fvecs"), 0U);
  EXPECT_EQ(fs::file_size(folder / "out/all.fvecs"), 0U);
  EXPECT_TRUE(read_npy<std::int64_t>(folder / "out/all.fvecs.ids.npy", "<i8", "(0,)").empty());
}

TEST_F(VectorFilesTest, AFailureLeavesTheOldFiles) {
  fill();
  write_file_atomic(folder / "out/all.npy", std::string_view("old"));
  fs::create_directory(folder / "out/all.npy.ids.npy");  // in the way of the ids
  EXPECT_EQ(test::code_of([&] { write_npy(gallery(), folder / "out/all.npy"); }), ErrorCode::kIo);
  EXPECT_EQ(fs::file_size(folder / "out/all.npy"), 3U);
  EXPECT_EQ(test::code_of([&] { write_fvecs(gallery(), "/nowhere/x"); }), ErrorCode::kIo);
  EXPECT_EQ(files(), 2U);
}

}  // namespace
}  // namespace simdb
