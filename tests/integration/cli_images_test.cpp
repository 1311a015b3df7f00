// A database that keeps the files of its images.
#include <gmock/gmock.h>

#include "tests/integration/cli_fixture.h"

namespace simdb::test {
namespace {

using testing::HasSubstr;

class CliImagesTest : public CliTest {
 protected:
  ProcessResult keeping(std::vector<std::string> args) const {
    args.insert(args.end(), {"--db", "keeping"});
    return simdb(std::move(args));
  }
  std::string bytes_of(const std::string& file) const {
    std::ifstream in(path(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  nlohmann::json stats() const { return json_lines(keeping({"stats", "--json"}).out).at(0); }
};

TEST_F(CliImagesTest, FilesComeBackAsTheyWere) {
  ASSERT_EQ(keeping({"init", "--encoder", "net.onnx", "--keep-images"}).code, 0);
  ASSERT_EQ(keeping({"add", "--by-folder", "shapes"}).code, 0);
  const auto items = json_lines(keeping({"ls", "--json"}).out);
  EXPECT_EQ(stats()["images"], items.size());
  for (const auto& item : items) {
    const ProcessResult image = keeping({"image", std::to_string(item["id"].get<int>())});
    ASSERT_EQ(image.code, 0) << image.err;
    const std::filesystem::path source = item["source"].get<std::string>();
    EXPECT_EQ(image.out, bytes_of(std::filesystem::relative(source, folder_.path())));
  }
  const std::string one = bytes_of("shapes/red/circle_red_0.png");

  // They go from database to database with a backup, and out of it with their items.
  ASSERT_EQ(keeping({"backup", "saved"}).code, 0);
  ASSERT_EQ(simdb({"restore", "saved", "--db", "restored"}).code, 0);
  EXPECT_EQ(simdb({"image", "1", "--db", "restored"}).out, keeping({"image", "1"}).out);
  EXPECT_EQ(simdb({"verify", "--db", "restored"}).code, 0);
  ASSERT_EQ(keeping({"mv", "--class", "red", "rot"}).code, 0);
  EXPECT_EQ(stats()["images"], items.size());
  ASSERT_EQ(keeping({"rm", "--class", "rot"}).code, 0);
  EXPECT_LT(stats()["images"], items.size());
  ASSERT_EQ(keeping({"compact"}).code, 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path("keeping"))) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(bytes.find(one), std::string::npos) << entry.path();
  }
  EXPECT_EQ(keeping({"verify"}).code, 0);
}

TEST_F(CliImagesTest, WhatIsTooLargeIsNotKeptAndSaid) {
  const auto most = std::filesystem::file_size(path("shapes/red/circle_red_0.png"));
  ASSERT_EQ(keeping({"init", "--encoder", "net.onnx", "--keep-images", "--max-image-bytes",
                     std::to_string(most - 1)})
                .code,
            0);
  const ProcessResult added = keeping({"add", "red", "shapes/red/circle_red_0.png"});
  EXPECT_EQ(added.code, 0);
  EXPECT_THAT(added.out, HasSubstr("added 1 image"));
  EXPECT_THAT(added.err, HasSubstr("circle_red_0.png is added, but its file is not kept"));
  EXPECT_EQ(stats()["images"], 0);
  EXPECT_EQ(stats()["image_bytes"], 0);
  const ProcessResult image = keeping({"image", "1"});
  EXPECT_EQ(image.code, 3);
  EXPECT_THAT(image.err, HasSubstr("larger than --max-image-bytes"));
  EXPECT_THAT(image.err, HasSubstr("circle_red_0.png"));
}

TEST_F(CliImagesTest, WithoutTheOptionNothingIsKept) {
  ASSERT_EQ(simdb({"add", "red", "shapes/red/circle_red_0.png"}).code, 0);
  EXPECT_FALSE(json_lines(simdb({"stats", "--json"}).out).at(0).contains("images"));
  const ProcessResult image = simdb({"image", "1"});
  EXPECT_EQ(image.code, 3);
  EXPECT_THAT(image.err, HasSubstr("simdb init --keep-images"));
  EXPECT_EQ(simdb({"image", "77"}).code, 3);
}

TEST_F(CliImagesTest, WrongOptionsAreRefusedBeforeAnythingIsMade) {
  const std::vector<std::vector<std::string>> wrong{
      {"--max-image-bytes", "100"},
      {"--keep-images", "--max-image-bytes", "0"},
      {"--keep-images", "--max-image-bytes", "-1"},
      {"--keep-images", "--max-image-bytes", "1 MB"},
      {"--keep-images", "--max-image-bytes", "268435457"},
      {"--keep-images", "--space", "clip", "--dimension", "4"}};
  for (auto args : wrong) {
    args.insert(args.begin(), "init");
    EXPECT_EQ(keeping(args).code, 2) << testing::PrintToString(args);
    EXPECT_FALSE(std::filesystem::exists(path("keeping")));
  }
  EXPECT_EQ(simdb({"image"}).code, 2);
  EXPECT_EQ(simdb({"image", "x"}).code, 2);
  EXPECT_EQ(simdb({"image", "1", "2"}).code, 2);
}

}  // namespace
}  // namespace simdb::test
