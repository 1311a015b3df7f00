#include "pipeline/formats/projector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "core/file_io.h"
#include "core/printable.h"
#include "encoder/image/preprocess.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb {
namespace {

constexpr int kTileSide = kThumbnailSide;

std::size_t grid_side(std::size_t count) {
  auto side = static_cast<std::size_t>(std::sqrt(static_cast<double>(count)));
  while (side * side < count) ++side;
  return side;
}

std::string vectors_tsv(const EmbeddingBatch& vectors) {
  std::string text;
  for (std::size_t i = 0; i < vectors.rows(); ++i) {
    // fmt gives the shortest digits that read back as the same float, whatever the locale.
    fmt::format_to(std::back_inserter(text), "{}\n", fmt::join(vectors.row(i), "\t"));
  }
  return text;
}

// The projector takes a single column for one without a heading, so there are always two.
std::string metadata_tsv(const ProjectorData& data) {
  std::string text = "label\tsource\n";
  for (std::size_t i = 0; i < data.class_names.size(); ++i) {
    text += printable(data.class_names[i]) + '\t' + printable(data.sources[i]) + '\n';
  }
  return text;
}

void paste(const Image& tile, Image& sprite, std::size_t column, std::size_t row) {
  const std::size_t bytes = static_cast<std::size_t>(tile.width) * 3;
  for (int y = 0; y < tile.height; ++y) {
    const std::size_t at = ((row * tile.height + y) * sprite.width + column * tile.width) * 3;
    std::copy_n(tile.pixels.begin() + static_cast<std::ptrdiff_t>(y * bytes), bytes,
                sprite.pixels.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

Image make_sprite(const std::vector<std::vector<std::byte>>& thumbnails, int tile_side) {
  const std::size_t grid = grid_side(thumbnails.size());
  const auto side = static_cast<std::size_t>(tile_side) * grid;
  Image sprite{static_cast<int>(side), static_cast<int>(side), 3,
               std::vector<std::uint8_t>(side * side * 3, 255)};
  const InputSpec tile{.width = tile_side, .height = tile_side};
  for (std::size_t i = 0; i < thumbnails.size(); ++i) {
    if (thumbnails[i].empty()) continue;
    try {
      paste(fit_to_input(decode_image(thumbnails[i], "a thumbnail"), tile), sprite, i % grid,
            i / grid);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kBadInput) throw;
    }
  }
  return sprite;
}

std::string config_json(const EmbeddingBatch& vectors, int tile_side) {
  const nlohmann::ordered_json config = {
      {"embeddings",
       {{{"tensorName", "simdb"},
         {"tensorShape", {vectors.rows(), vectors.dimension()}},
         {"tensorPath", "vectors.tsv"},
         {"metadataPath", "metadata.tsv"},
         {"sprite", {{"imagePath", "sprite.png"}, {"singleImageDim", {tile_side, tile_side}}}}}}}};
  return config.dump(2) + '\n';
}

std::string config_pbtxt(const EmbeddingBatch& vectors, int tile_side) {
  return fmt::format(R"(embeddings {{
  tensor_name: "simdb"
  tensor_shape: {}
  tensor_shape: {}
  tensor_path: "vectors.tsv"
  metadata_path: "metadata.tsv"
  sprite {{
    image_path: "sprite.png"
    single_image_dim: {}
    single_image_dim: {}
  }}
}}
)",
                     vectors.rows(), vectors.dimension(), tile_side, tile_side);
}

void require_usable(const ProjectorData& data) {
  const std::size_t rows = data.vectors.rows();
  if (rows == 0) {
    throw Error(ErrorCode::kUsage, "can't write a projector folder: there are no items to show");
  }
  if (data.class_names.size() != rows || data.sources.size() != rows ||
      data.thumbnails.size() != rows) {
    throw Error(
        ErrorCode::kUsage,
        fmt::format("can't write a projector folder: {} vectors with {} classes, {} "
                    "sources and {} thumbnails",
                    rows, data.class_names.size(), data.sources.size(), data.thumbnails.size()));
  }
  if (sprite_tile_side(rows) == 0) {
    throw Error(ErrorCode::kUsage,
                fmt::format("can't write a projector folder: {} images don't fit a sprite of {} "
                            "pixels per side",
                            rows, kMaxSpriteSide));
  }
}

}  // namespace

int sprite_tile_side(std::size_t count) {
  const std::size_t grid = std::max<std::size_t>(grid_side(count), 1);
  return static_cast<int>(std::min<std::size_t>(kTileSide, kMaxSpriteSide / grid));
}

void write_projector(const std::filesystem::path& folder, const ProjectorData& data) {
  require_usable(data);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(ErrorCode::kIo,
                "can't create the folder " + folder.string() + ": " + error.message());
  }
  const int tile_side = sprite_tile_side(data.vectors.rows());
  write_file_atomic(folder / "vectors.tsv", vectors_tsv(data.vectors));
  write_file_atomic(folder / "metadata.tsv", metadata_tsv(data));
  write_file_atomic(folder / "sprite.png", encode_png(make_sprite(data.thumbnails, tile_side)));
  write_file_atomic(folder / "projector_config.json", config_json(data.vectors, tile_side));
  write_file_atomic(folder / "projector_config.pbtxt", config_pbtxt(data.vectors, tile_side));
}

}  // namespace simdb
