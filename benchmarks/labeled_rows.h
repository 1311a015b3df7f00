#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "simdb/class_folders.h"
#include "simdb/image_encoder.h"

namespace simdb::bench {

/// The embeddings of a tree of class folders.
struct LabeledRows {
  explicit LabeledRows(std::size_t dimension) : rows(dimension) {}

  EmbeddingBatch rows;
  std::vector<int> labels;           ///< one per row: an index into `classes`
  std::vector<std::string> classes;  ///< in byte order
  std::vector<int> parents;          ///< one per class: classes of one folder share a number
};

/// How many images of a class are taken, by its name; a class without a limit is taken whole.
using ClassLimits = std::map<std::string, std::size_t>;

/// "7=5" as a class and its limit. Throws Error(kUsage) for anything else.
std::pair<std::string, std::size_t> parse_limit(const std::string& text);

/// Encodes the images of all classes in `folder`; of a limited class as many, drawn by `seed`. A
/// benchmark measures all or nothing: throws Error(kBadInput) that names the first image that can't
/// be used, or a limit on a class that is not there; other errors as find_class_folders.
LabeledRows encode_tree(const ImageEncoder& encoder, const std::filesystem::path& folder,
                        ClassLevel level = ClassLevel::kAuto, const ClassLimits& limits = {},
                        std::uint64_t seed = 1);

/// Encodes files, one row each; errors as encode_tree.
EmbeddingBatch encode_paths(const ImageEncoder& encoder,
                            const std::vector<std::filesystem::path>& paths);

/// The labels of `rows` by the numbers of `classes`; a class that is not among them gets a number
/// of its own behind them.
std::vector<int> labels_in(const LabeledRows& rows, const std::vector<std::string>& classes);

/// The encoder in `file`. Throws Error(kUsage) if the name is empty.
std::shared_ptr<const ImageEncoder> open_encoder(const std::string& file);

}  // namespace simdb::bench
