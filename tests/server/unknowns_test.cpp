#include "server/unknowns.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "simdb/error.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::server {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class UnknownsTest : public testing::Test {
 protected:
  Unknowns open(UnknownLimits limits = {}, bool read_only = false, std::string encoder = "e") {
    return Unknowns(
        folder_.path(), std::move(encoder), read_only,
        [this](std::size_t n) { told_.push_back(n); }, limits);
  }
  static std::vector<std::byte> file(std::size_t size, int filling) {
    return std::vector<std::byte>(size, static_cast<std::byte>(filling));
  }
  static void keep(Unknowns& unknowns, const std::vector<std::byte>& bytes) {
    const std::vector<float> raw = {3, 4};
    unknowns.keep(
        {.width = 4, .height = 5, .digest = sha256(bytes), .embedding = Embedding::normalized(raw)},
        bytes);
  }
  // The sizes of what waits, in the order of ids.
  static std::vector<std::uint64_t> sizes(const Unknowns& unknowns) {
    std::vector<std::uint64_t> sizes;
    for (const Unknown& one : unknowns.page(0, 100)) sizes.push_back(one.bytes);
    return sizes;
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_ / "unknowns")) {
      files.push_back(entry.path());
    }
    return files;
  }

  test::TemporaryFolder folder_;
  std::vector<std::size_t> told_;
};

TEST_F(UnknownsTest, SurviveARestartBitForBit) {
  std::vector<Unknown> before;
  {
    Unknowns unknowns = open();
    EXPECT_FALSE(fs::exists(folder_ / "unknowns")) << "made when it is needed";
    keep(unknowns, file(10, 1));
    keep(unknowns, file(20, 2));
    keep(unknowns, file(10, 1));  // the same again
    before = unknowns.page(0, 100);
  }
  EXPECT_THAT(told_, ElementsAre(1, 2));
  Unknowns unknowns = open();
  ASSERT_THAT(sizes(unknowns), ElementsAre(10, 20));
  const std::vector<Unknown> after = unknowns.page(0, 100);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after[i].id, before[i].id);
    EXPECT_EQ(after[i].time, before[i].time);
    EXPECT_EQ(after[i].height, 5);
    EXPECT_EQ(after[i].digest, before[i].digest);
    EXPECT_EQ(after[i].embedding, before[i].embedding);
  }
  EXPECT_EQ(unknowns.image(after[1].id), file(20, 2));
  EXPECT_EQ(unknowns.page(after[0].id, 1).at(0).id, after[1].id);
  EXPECT_EQ(open({}, false, "another").find(after[0].id)->embedding, std::nullopt);
  const std::vector<std::uint64_t> ids = {after[0].id, 7};
  EXPECT_EQ(unknowns.forget(ids), 1U);
  EXPECT_EQ(test::code_of([&] { unknowns.image(after[0].id); }), ErrorCode::kNotFound);
  EXPECT_THAT(sizes(open()), ElementsAre(20));
}

TEST_F(UnknownsTest, TheOldestGoWhereThereAreTooMany) {
  Unknowns few = open({.pictures = 3});
  for (int i = 1; i <= 5; ++i) keep(few, file(static_cast<std::size_t>(i), i));
  EXPECT_THAT(sizes(few), ElementsAre(3, 4, 5));
  EXPECT_EQ(files().size(), 3U);
  Unknowns small = open({.bytes = 10});
  keep(small, file(11, 6));  // never fits
  EXPECT_THAT(sizes(small), ElementsAre(3, 4, 5));
  keep(small, file(6, 7));
  EXPECT_THAT(sizes(small), ElementsAre(6));
  EXPECT_EQ(files().size(), 1U);
}

TEST_F(UnknownsTest, WhatACrashLeavesOrDamageChangesIsNotShown) {
  {
    Unknowns unknowns = open();
    keep(unknowns, file(1000, 1));
  }
  const fs::path whole = files().at(0);
  std::string bytes(fs::file_size(whole), '\0');
  std::ifstream(whole, std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto write = [&](const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  };
  write(folder_ / "unknowns" / "1.unknown.tmp.abc", bytes.substr(0, 100));
  std::uint64_t id = 1;
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    write(folder_ / "unknowns" / (std::to_string(id++) + ".unknown"), bytes.substr(0, size));
  }
  const std::size_t head = bytes.size() - 1000;
  for (std::size_t at = 0; at < head; at += 13) {  // each bit of the head counts
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    write(folder_ / "unknowns" / (std::to_string(id++) + ".unknown"), flipped);
  }
  fs::create_directory(folder_ / "unknowns" / "5000.unknown");
  ASSERT_GT(id, 15U);
  Unknowns unknowns = open({}, true);
  EXPECT_EQ(sizes(unknowns), std::vector<std::uint64_t>{1000});
  EXPECT_EQ(unknowns.problems().size(), id - 1);
  EXPECT_TRUE(fs::exists(folder_ / "unknowns" / "1.unknown.tmp.abc"))
      << "who reads removes nothing";
  EXPECT_EQ(open().size(), 1U);
  EXPECT_FALSE(fs::exists(folder_ / "unknowns" / "1.unknown.tmp.abc"));

  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write(whole, bytes);
  Unknowns other = open();
  const std::uint64_t only = other.page(0, 1).at(0).id;
  EXPECT_EQ(test::code_of([&] { other.image(only); }), ErrorCode::kCorruption);
}

TEST_F(UnknownsTest, AReaderFollowsTheWriter) {
  Unknowns reader = open({}, true);
  Unknowns writer = open();
  keep(writer, file(5, 1));
  keep(writer, file(6, 2));
  told_.clear();
  reader.reload();
  EXPECT_THAT(sizes(reader), ElementsAre(5, 6));
  writer.forget(std::vector<std::uint64_t>{writer.page(0, 1).at(0).id});
  reader.reload();
  reader.reload();
  EXPECT_THAT(sizes(reader), ElementsAre(6));
  EXPECT_THAT(told_, ElementsAre(2, 1, 1)) << "of the reader, the writer, the reader";
}

TEST_F(UnknownsTest, AnotherEncodersEmbeddingTakesThePlaceOfTheFormer) {
  {
    Unknowns unknowns = open();
    keep(unknowns, file(5, 1));
  }
  const std::vector<float> raw = {1, 0, 0};
  const Embedding embedding = Embedding::normalized(raw);
  Unknowns unknowns = open({}, false, "new");
  unknowns.set_embedding(unknowns.page(0, 1).at(0).id, embedding);
  Unknowns again = open({}, false, "new");
  EXPECT_EQ(again.page(0, 1).at(0).embedding, embedding);
  EXPECT_EQ(again.image(again.page(0, 1).at(0).id), file(5, 1));
}

}  // namespace
}  // namespace simdb::server
