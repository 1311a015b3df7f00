#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/encode_files.h"
#include "cli/image_paths.h"
#include "database/database.h"

namespace simdb::cli {

/// One labelled image, as the database classified it.
struct EvaluatedImage {
  std::filesystem::path path;
  std::size_t truth = 0;      ///< index into Evaluation::classes
  std::size_t predicted = 0;  ///< index into Evaluation::classes
  double confidence = 0;
  std::vector<std::byte> thumbnail;
};

/// How well a database classifies labelled images. Row i of `embeddings` belongs to images[i].
struct Evaluation {
  explicit Evaluation(std::size_t dimension) : embeddings(dimension) {}

  std::vector<std::string> classes;  ///< those of the images and of the database, in byte order
  std::vector<EvaluatedImage> images;
  EmbeddingBatch embeddings;
  std::vector<std::vector<std::uint64_t>> confusion;  ///< [truth][predicted]
  double accuracy = 0;           ///< share of images whose predicted class is the true one
  double balanced_accuracy = 0;  ///< mean of the classes' own accuracies
  double recall_at_1 = 0;        ///< share of images whose nearest item is of their class
  double map_at_r = 0;           ///< mean average precision at R, R = items of the image's class
  std::vector<FileFailure> failures;
};

/// Classifies `files` with the k nearest items of the database. An image that is a database item
/// itself finds itself: use images that were not added. Calls `progress` with the number of files
/// done. Throws Error(kBadInput) if the database is empty or no file could be used.
Evaluation evaluate(const Database& database, std::span<const LabeledPath> files, std::size_t k,
                    const std::function<bool(std::size_t)>& progress);

}  // namespace simdb::cli
