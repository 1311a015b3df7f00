#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "simdb/embedding.h"

namespace simdb {

/// What TensorBoard's embedding projector is to show. Entry i of each list belongs to row i of
/// `vectors`.
struct ProjectorData {
  explicit ProjectorData(std::size_t dimension) : vectors(dimension) {}

  EmbeddingBatch vectors;
  std::vector<std::string> class_names;
  std::vector<std::string> sources;
  std::vector<std::vector<std::byte>> thumbnails;  ///< image files; an empty one stays white
};

/// The projector refuses a sprite that is wider or higher.
inline constexpr int kMaxSpriteSide = 8192;

/// Side of one thumbnail in a sprite of `count`: 64 pixels, less where ceil(sqrt(count)) of them in
/// a row would be more than kMaxSpriteSide (from 16,385 images on); 0 if not even one pixel is
/// left (more than 67 million).
int sprite_tile_side(std::size_t count);

/// Writes into `folder`, which it makes if needed:
///   vectors.tsv            one row per item, tabs between the numbers, no heading
///   metadata.tsv           heading "label  source", then one row per item; tabs, line breaks and
///                          what else printable() escapes become \xNN
///   sprite.png             the thumbnails on white, row by row in a square grid
///   projector_config.json  for the standalone projector: serve the folder, open ?config=URL
///   projector_config.pbtxt for `tensorboard --logdir FOLDER`
/// A thumbnail that can't be decoded stays white: its item is still shown. Throws Error(kUsage) if
/// there are no rows or the lists differ in length, Error(kIo) if a file can't be written. The
/// formats are those of tensorboard/plugins/projector (projector_config.proto, data-provider.ts).
void write_projector(const std::filesystem::path& folder, const ProjectorData& data);

}  // namespace simdb
