#include "pipeline/formats/projector.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "core/file_io.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

std::string read_text(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path, 64u << 20);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

// `count` items; the thumbnail of item i is a square of the colour (20 i, 0, 100).
ProjectorData items(std::size_t count) {
  ProjectorData data(16);
  for (std::size_t i = 0; i < count; ++i) {
    std::array<float, 16> row{};
    row[i % 16] = 3;
    row[(i + 1) % 16] = -1;
    data.vectors.append_normalized(row);
    data.class_names.push_back("class " + std::to_string(i % 2));
    data.sources.push_back("/images/" + std::to_string(i) + ".png");
    data.thumbnails.push_back(
        encode_png(test::solid_image(20, 20, {static_cast<std::uint8_t>(20 * i), 0, 100})));
  }
  return data;
}

std::array<int, 3> pixel(const Image& image, int x, int y) {
  const std::size_t at = (static_cast<std::size_t>(y) * image.width + x) * 3;
  return {image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]};
}

TEST(Projector, WritesVectorsThatReadBackExactly) {
  const test::TemporaryFolder folder;
  const ProjectorData data = items(5);
  write_projector(folder / "projector", data);
  const auto lines = split(read_text(folder / "projector/vectors.tsv"), '\n');
  ASSERT_EQ(lines.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto cells = split(lines[i], '\t');
    ASSERT_EQ(cells.size(), 16U);
    for (std::size_t c = 0; c < 16; ++c) {
      EXPECT_EQ(std::strtof(cells[c].c_str(), nullptr), data.vectors.row(i)[c]);
    }
  }
}

TEST(Projector, KeepsOneLineAnItemWhateverTheNames) {
  const test::TemporaryFolder folder;
  ProjectorData data = items(2);
  data.class_names = {"a\tb\nc\rd", "\xC3\xA4pfel"};
  data.sources = {"", "/x\ny"};
  write_projector(folder.path(), data);
  EXPECT_EQ(read_text(folder / "metadata.tsv"),
            "label\tsource\na\\x09b\\x0ac\\x0dd\t\n\xC3\xA4pfel\t/x\\x0ay\n");
}

TEST(Projector, LaysThumbnailsOutRowByRow) {
  const test::TemporaryFolder folder;
  ProjectorData data = items(5);
  data.thumbnails[1].clear();
  data.thumbnails[2] = test::to_bytes("no image");
  write_projector(folder.path(), data);
  const Image sprite = decode_image(read_file(folder / "sprite.png", 1u << 20), "sprite");
  EXPECT_EQ(sprite.width, 3 * 64);
  EXPECT_EQ(sprite.height, 3 * 64);
  EXPECT_EQ(pixel(sprite, 32, 32), (std::array{0, 0, 100}));
  EXPECT_EQ(pixel(sprite, 96, 32), (std::array{255, 255, 255}));
  EXPECT_EQ(pixel(sprite, 160, 32), (std::array{255, 255, 255}));
  EXPECT_EQ(pixel(sprite, 32, 96), (std::array{60, 0, 100}));
  EXPECT_EQ(pixel(sprite, 127, 96), (std::array{80, 0, 100}));
  EXPECT_EQ(pixel(sprite, 160, 160), (std::array{255, 255, 255}));
}

TEST(Projector, DescribesTheFilesInBothConfigs) {
  const test::TemporaryFolder folder;
  write_projector(folder.path(), items(3));
  const auto config = nlohmann::json::parse(read_text(folder / "projector_config.json"));
  const auto expected = nlohmann::json::parse(R"({"embeddings": [{
      "tensorName": "simdb", "tensorShape": [3, 16], "tensorPath": "vectors.tsv",
      "metadataPath": "metadata.tsv",
      "sprite": {"imagePath": "sprite.png", "singleImageDim": [64, 64]}}]})");
  EXPECT_EQ(config, expected);
  EXPECT_EQ(read_text(folder / "projector_config.pbtxt"), R"(embeddings {
  tensor_name: "simdb"
  tensor_shape: 3
  tensor_shape: 16
  tensor_path: "vectors.tsv"
  metadata_path: "metadata.tsv"
  sprite {
    image_path: "sprite.png"
    single_image_dim: 64
    single_image_dim: 64
  }
}
)");
}

TEST(Projector, ShrinksThumbnailsToKeepTheSpriteInBounds) {
  EXPECT_EQ(sprite_tile_side(1), 64);
  EXPECT_EQ(sprite_tile_side(128 * 128), 64);
  EXPECT_EQ(sprite_tile_side(128 * 128 + 1), 63);
  EXPECT_EQ(sprite_tile_side(1'000'000), 8);
  EXPECT_EQ(sprite_tile_side(std::size_t{8192} * 8192), 1);
  EXPECT_EQ(sprite_tile_side(std::size_t{8192} * 8192 + 1), 0);
}

TEST(Projector, RefusesWhatIsEmptyOrUneven) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(test::code_of([&] { write_projector(folder.path(), ProjectorData(16)); }),
            ErrorCode::kUsage);
  ProjectorData uneven = items(3);
  uneven.sources.pop_back();
  EXPECT_EQ(test::code_of([&] { write_projector(folder.path(), uneven); }), ErrorCode::kUsage);
}

TEST(Projector, NamesTheFolderThatCannotBeMade) {
  const test::TemporaryFolder folder;
  write_file_atomic(folder / "file", "in the way");
  const Error error = test::error_of([&] { write_projector(folder / "file/projector", items(1)); });
  EXPECT_EQ(error.code(), ErrorCode::kIo);
  EXPECT_NE(std::string(error.what()).find("file/projector"), std::string::npos);
}

}  // namespace
}  // namespace simdb
