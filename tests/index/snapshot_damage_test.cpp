#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <limits>
#include <optional>

#include "core/file_io.h"
#include "index/checksum.h"
#include "index/snapshot.h"
#include "index/snapshot_internal.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::clustered_embeddings;
using test::error_of;
using test::ids_from;
using test::random_embeddings;

constexpr std::size_t kRows = 130;

// The parameter is IndexOptions' partition_from: 3 partitions with centroids, or one without.
class SnapshotDamageTest : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    const auto index = make_index(16, {.partition_from = GetParam(), .threads = 1});
    index->add(ids_from(1, kRows), clustered_embeddings(kRows, 16, 5, 1));
    index->save(folder / "sound", {std::string(32, 'a'), 5, 6});
    bytes = read_file(folder / "sound", 1 << 20);
    expected = index->search(query.row(0), kRows);
  }

  // In place: a file that is cut to nothing first may cost a write to the disk.
  void write(const std::vector<std::byte>& content) const {
    if (!fs::exists(path)) std::ofstream(path).put('?');
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.write(reinterpret_cast<const char*>(content.data()),
               static_cast<std::streamsize>(content.size()));
    file.close();
    fs::resize_file(path, content.size());
  }
  // What a search over everything in the file at `path` meets; nothing if it succeeds.
  std::optional<ErrorCode> search_everything() const {
    try {
      const LoadedSnapshot loaded = load_snapshot(path);
      for (int attempt = 0; attempt < 2; ++attempt) {
        try {
          EXPECT_EQ(loaded.index->search(query.row(0), kRows), expected);
        } catch (const Error&) {
          if (attempt == 1) throw;  // no second look accepts what the first one refused
        }
      }
      return std::nullopt;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos);
      return error.code();
    }
  }
  void write_header(const SnapshotHeader& header) {
    std::memcpy(bytes.data(), &header, sizeof header);
    write(bytes);
  }
  SnapshotHeader header() const {
    SnapshotHeader header;  // NOLINT: read on the next line
    std::memcpy(&header, bytes.data(), sizeof header);
    return header;
  }

  test::TemporaryFolder folder;
  const fs::path path = folder / "index.snapshot";
  const EmbeddingBatch query = random_embeddings(1, 16, 2);
  std::vector<std::byte> bytes;
  std::vector<Neighbor> expected;
};

INSTANTIATE_TEST_SUITE_P(, SnapshotDamageTest, testing::Values(1U, 1'000'000U),
                         [](const auto& options) {
                           return options.param == 1U ? "Partitioned" : "Flat";
                         });

TEST_P(SnapshotDamageTest, TheSoundFileIsSound) {
  write(bytes);
  EXPECT_EQ(search_everything(), std::nullopt);
}

TEST_P(SnapshotDamageTest, NoFlippedByteIsBelieved) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const unsigned flip : {1U << i % 8, 0xffU}) {
      std::vector<std::byte> damaged = bytes;
      damaged[i] ^= static_cast<std::byte>(flip);
      write(damaged);
      const auto met = search_everything();
      ASSERT_TRUE(met == ErrorCode::kCorruption || (met == ErrorCode::kBadInput && i < 16))
          << "byte " << i << " of " << bytes.size();
    }
  }
}

TEST_P(SnapshotDamageTest, NoCutFileIsBelieved) {
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 40) {
    write({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
    ASSERT_EQ(search_everything(), ErrorCode::kCorruption) << size;
  }
  std::vector<std::byte> longer = bytes;
  longer.resize(bytes.size() + 64);
  write(longer);
  EXPECT_EQ(search_everything(), ErrorCode::kCorruption);
}

TEST_P(SnapshotDamageTest, OtherFilesAndVersionsAreRefused) {
  write(std::vector<std::byte>(10'000));
  EXPECT_EQ(search_everything(), ErrorCode::kBadInput);
  SnapshotHeader newer = header();
  newer.version = kSnapshotVersion + 1;
  newer.header_checksum = header_checksum_of(newer);
  write_header(newer);
  EXPECT_EQ(search_everything(), ErrorCode::kBadInput);
  EXPECT_NE(std::string(error_of([&] { read_snapshot_info(path); }).what()).find("version 2"),
            std::string::npos);
  EXPECT_EQ(error_of([&] { require_known_snapshot(path); }).code(), ErrorCode::kBadInput);
  // A flipped bit makes no version.
  newer.header_checksum ^= 1;
  write_header(newer);
  EXPECT_EQ(search_everything(), ErrorCode::kCorruption);
  EXPECT_NO_THROW(require_known_snapshot(path));
}

// Checksums that hold over numbers that lie: no such number leads out of the file.
TEST_P(SnapshotDamageTest, LyingNumbersLeadNowhere) {
  const std::vector<std::byte> sound = bytes;
  const std::size_t tables_end = snapshot_partitions_offset(header());
  const auto lies = [](std::uint32_t truth) {
    return std::array{0U,
                      1U,
                      truth + 1,
                      truth - 1,
                      truth ^ 0x80000000U,
                      truth * 2 + 16,
                      std::numeric_limits<std::uint32_t>::max()};
  };
  for (std::size_t at = offsetof(SnapshotHeader, change); at < tables_end; at += 4) {
    std::uint32_t truth = 0;
    std::memcpy(&truth, sound.data() + at, 4);
    for (const std::uint32_t lie : lies(truth)) {
      bytes = sound;
      std::memcpy(bytes.data() + at, &lie, 4);
      SnapshotHeader lying = header();
      lying.tables_checksum =
          checksum_of(std::span(bytes).subspan(sizeof lying, tables_end - sizeof lying));
      lying.header_checksum = header_checksum_of(lying);
      write_header(lying);
      try {
        const LoadedSnapshot loaded = load_snapshot(path);
        if (loaded.index->dimension() != 16) continue;
        loaded.index->search(query.row(0), 10);
        loaded.index->ids();
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), ErrorCode::kCorruption) << "at " << at << ": " << error.what();
      }
    }
  }
}

TEST_P(SnapshotDamageTest, ADamagedPartitionIsNeitherCopiedNorSaved) {
  std::vector<std::byte> damaged = bytes;
  damaged[damaged.size() - 100] ^= std::byte{4};
  write(damaged);
  const auto refused = [&](const std::function<void(VectorIndex&)>& use) {
    const LoadedSnapshot loaded = load_snapshot(path, {.partition_from = GetParam()});
    EXPECT_EQ(error_of([&] { use(*loaded.index); }).code(), ErrorCode::kCorruption);
  };
  refused([&](VectorIndex& index) { index.save(folder / "copy", {std::string(32, 'a'), 5, 6}); });
  EXPECT_FALSE(fs::exists(folder / "copy"));
  refused([](VectorIndex& index) { index.ids(); });
  refused([](VectorIndex& index) { index.vector(ItemId{1}); });
  refused([](VectorIndex& index) { index.remove(ids_from(1, 1)); });
  refused([](VectorIndex& index) {
    index.add(ids_from(kRows + 1, kRows), clustered_embeddings(kRows, 16, 5, 1));
  });
  refused([&](VectorIndex& index) { index.range_search(query.row(0), -1); });
  refused([&](VectorIndex& index) { index.search_batch(query, kRows, 2); });
}

}  // namespace
}  // namespace simdb
