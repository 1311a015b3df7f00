#include "pipeline/reembed.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "simdb/digest.h"
#include "simdb/ingest.h"
#include "tests/support/errors.h"
#include "tests/support/first_pixel_encoder.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::code_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kPictures = 6;

// As the other encoder: what is bright in the first is dark in it.
class OtherEncoder final : public ImageEncoder {
 public:
  EmbeddingBatch encode(std::span<const Image> images) const override {
    EmbeddingBatch rows(3);
    for (const Image& image : images) {
      const float values[] = {1, 300.0F - image.pixels[0], 300.0F - image.pixels[1]};
      rows.append_normalized(values);
    }
    return rows;
  }
  std::size_t dimension() const noexcept override { return 3; }
  const std::string& fingerprint() const noexcept override { return fingerprint_; }

 private:
  const std::string fingerprint_ = to_hex(sha256(std::as_bytes(std::span("other"))));
};

class ReembedTest : public testing::Test {
 protected:
  ReembedTest() {
    Database database =
        Database::create(folder_ / "db", std::as_bytes(std::span("model")), 16,
                         {.encoder_loader = [](auto /*model*/, const std::string& fingerprint) {
                           return std::make_shared<test::FirstPixelEncoder>(fingerprint);
                         }});
    fs::create_directory(folder_ / "images");
    std::vector<LabeledPath> files;
    for (int i = 0; i < kPictures; ++i) {
      write(picture(i), i);
      files.push_back({picture(i), i % 2 == 0 ? "even" : "odd"});
    }
    ingest(database, files, [](const IngestedRun&) { return true; });
  }
  fs::path picture(int i) const { return folder_ / "images" / (std::to_string(i) + ".png"); }
  static std::vector<std::byte> bytes_of(int i) {
    return encode_png(test::solid_image(4, 4, {100, static_cast<std::uint8_t>(40 * i), 7}));
  }
  static void write(const fs::path& file, int i) {
    const auto bytes = bytes_of(i);
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  // Opened with the other encoder.
  std::unique_ptr<Reembedding> open() const {
    auto database = std::make_unique<Reembedding>(folder_ / "db");
    if (!database->other()) database->begin(std::as_bytes(std::span("other")), 3);
    return database;
  }
  ReembedReport embed(Reembedding& database, const Originals& originals = Originals()) const {
    return embed_missing(database, encoder_, originals,
                         [](std::size_t, std::size_t) { return true; });
  }

  const test::TemporaryFolder folder_;
  const OtherEncoder encoder_;
};

TEST_F(ReembedTest, EveryItemIsEmbeddedFromItsSource) {
  const auto database = open();
  std::size_t told = 0;
  const ReembedReport report =
      embed_missing(*database, encoder_, Originals(), [&](std::size_t done, std::size_t of) {
        EXPECT_EQ(of, kPictures);
        EXPECT_GE(done, told);
        told = done;
        return true;
      });
  EXPECT_EQ(told, kPictures);
  EXPECT_EQ(report.embedded, kPictures);
  EXPECT_TRUE(report.complete);
  EXPECT_THAT(report.lost, IsEmpty());
  EXPECT_THAT(database->missing(), IsEmpty());
  const TwoGenerations both = read_generations(*database);
  EXPECT_THAT(both.labels, ElementsAre(0, 1, 0, 1, 0, 1));
  EXPECT_THAT(both.class_names, ElementsAre("even", "odd"));
  const Image last = decode_image(bytes_of(5), "5");
  EXPECT_EQ(both.after.at(5), encoder_.encode(std::span(&last, 1)).at(0));
  EXPECT_EQ(both.before.dimension(), 16U);
  EXPECT_EQ(embed(*database).embedded, 0U);
}

TEST_F(ReembedTest, WhatEndsItIsGoneOnWith) {
  {
    const auto database = open();
    std::vector<LostOriginal> lost;
    const ReembedReport report = embed_missing(*database, encoder_, Originals(),
                                               [](std::size_t, std::size_t) { return false; });
    EXPECT_EQ(report.embedded + database->missing().size(), kPictures);
    EXPECT_GT(report.embedded, 0U);
  }
  const auto database = open();
  embed(*database);
  EXPECT_THAT(database->missing(), IsEmpty());
  EXPECT_EQ(code_of([&] { embed_missing(*database, test::FirstPixelEncoder(), Originals(), {}); }),
            ErrorCode::kUsage);
}

TEST_F(ReembedTest, AnImageThatHasMovedIsFoundByItsDigest) {
  fs::create_directory(folder_ / "moved");
  fs::rename(picture(1), folder_ / "moved" / "another name.png");
  write(picture(2), 3);  // another picture at its place
  write(folder_ / "moved" / "2.png", 2);
  fs::remove(picture(4));
  std::ofstream(folder_ / "moved" / "none.png") << "no picture";
  const auto database = open();
  const ReembedReport lost = embed(*database);
  ASSERT_EQ(lost.lost.size(), 3U);
  EXPECT_EQ(lost.embedded, 3U);
  EXPECT_EQ(lost.lost[0].id, ItemId{2});
  EXPECT_EQ(lost.lost[0].code, ErrorCode::kNotFound);
  EXPECT_THAT(lost.lost[0].message, HasSubstr("1.png"));
  EXPECT_EQ(lost.lost[1].code, ErrorCode::kNotFound);
  EXPECT_THAT(lost.lost[1].message, HasSubstr("another file now"));

  Originals originals;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_ / "moved")) files.push_back(entry);
  files.push_back(folder_ / "not there.png");
  originals.add_files(files);
  const ReembedReport found = embed(*database, originals);
  EXPECT_EQ(found.embedded, 2U);
  ASSERT_EQ(found.lost.size(), 1U);
  EXPECT_EQ(found.lost[0].id, ItemId{5});
  const TwoGenerations both = read_generations(*database);
  const Image moved = decode_image(bytes_of(2), "2");
  EXPECT_EQ(both.after.at(2), encoder_.encode(std::span(&moved, 1)).at(0));
}

TEST_F(ReembedTest, AnImageThatCanNotBeDecodedIsBadInput) {
  // The same bytes, but more than the limits allow.
  const auto database = open();
  const ReembedReport report = embed(*database, Originals({.max_side = 2}));
  ASSERT_EQ(report.lost.size(), static_cast<std::size_t>(kPictures));
  EXPECT_EQ(report.lost[0].code, ErrorCode::kBadInput);
}

TEST_F(ReembedTest, ItemsOfUnknownFilesAreLost) {
  {
    Database database = Database::open(folder_ / "db");
    EmbeddingBatch row(16);
    row.append_normalized(std::vector<float>(16, 1));
    database.add(std::vector<NewItem>{{.info = {.class_name = "far", .source = picture(0)},
                                       .thumbnail = {}}},
                 row);
  }
  const auto database = open();
  const ReembedReport report = embed(*database);
  ASSERT_EQ(report.lost.size(), 1U);
  EXPECT_EQ(report.lost[0].code, ErrorCode::kNotFound);
  EXPECT_THAT(report.lost[0].message, HasSubstr("digest"));
}

TEST_F(ReembedTest, KeptImagesComeFirst) {
  fs::remove_all(folder_ / "images");
  const auto database = open();
  const Originals originals({}, [](const Sha256& digest) {
    for (int i = 0; i < kPictures; ++i) {
      if (digest == sha256(bytes_of(i))) {
        return i == 0 ? std::vector<std::byte>() : bytes_of(i == 1 ? 0 : i);
      }
    }
    return std::vector<std::byte>();
  });
  const ReembedReport report = embed(*database, originals);
  EXPECT_EQ(report.embedded, 4U);
  ASSERT_EQ(report.lost.size(), 2U);  // one is not kept, one is another picture
  EXPECT_EQ(report.lost[1].id, ItemId{2});
}

}  // namespace
}  // namespace simdb
