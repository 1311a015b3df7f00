#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "measures/episodes.h"
#include "measures/evaluation.h"
#include "measures/risk_coverage.h"
#include "measures/vote_quality.h"
#include "simdb/database.h"
#include "simdb/encode_images.h"
#include "simdb/image_paths.h"

namespace simdb {

/// One labelled image, as it was classified.
struct EvaluatedImage {
  std::filesystem::path path;  ///< empty for one of whom only the vector is known
  std::size_t truth = 0;       ///< index into Evaluation::classes
  std::size_t predicted = 0;   ///< index into Evaluation::classes
  double confidence = 0;
  float best_similarity = 0;  ///< to the nearest reference image
  std::size_t first_hit = 0;  ///< which of the nearest is the first of its class, from 1; 0: none
  std::vector<std::byte> thumbnail;
};

/// N-way K-shot episodes and their outcome.
struct EpisodeReport {
  EpisodeOptions options;
  EpisodeScore score;
  std::size_t parents = 0;     ///< folders of classes, with too few classes or not; 0: all together
  bool from_database = false;  ///< the support are items, not evaluated images
};

/// How well labelled images are classified. Row i of `embeddings` belongs to images[i].
struct Evaluation {
  explicit Evaluation(std::size_t dimension) : embeddings(dimension), singletons(dimension) {}

  /// In byte order: those of the images, and those that images were taken for.
  std::vector<std::string> classes;
  std::vector<EvaluatedImage> images;
  EmbeddingBatch embeddings;
  /// {truth, predicted}: how often, where it occurs. Of many classes most pairs never do.
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> confusion;
  double accuracy = 0;           ///< share of images whose predicted class is the true one
  double balanced_accuracy = 0;  ///< mean of the classes' own accuracies
  double recall_at_1 = 0;        ///< share of images whose nearest reference is of their class
  double recall_at_5 = 0;        ///< share that has one of its class among the nearest five
  double map_at_r = 0;           ///< mean average precision at R, R = references of their class
  double calibration_error = 0;  ///< of the confidences: see measures/vote_quality.h
  std::vector<CalibrationBin> reliability = {};  ///< the same by bins
  RiskCoverage risk = {};                        ///< of the confidences
  EmbeddingBatch singletons;              ///< images left out as the only ones of their class
  std::optional<EpisodeReport> episodes;  ///< if they were asked for
  std::optional<double> auroc;            ///< the same, against foreign images
  std::vector<ImageFailure> failures;
};

/// Called with the number of files done; false stops, and what is done so far is evaluated. What it
/// throws is let out.
using FilesDone = std::function<bool(std::size_t)>;

/// Classifies `files` with the k nearest items of the database by a rule, those of `options`. An
/// image that is a database item itself finds itself: use images that were not added. Throws
/// Error(kBadInput) if the database is empty or no file could be used.
Evaluation evaluate(const Database& database, std::span<const LabeledPath> files,
                    const QueryOptions& options, const FilesDone& progress,
                    const ImageLimits& limits = {});

/// Classifies every file by the k nearest of the others. The only image of a class is not
/// classified, but the others are compared with it. Throws Error(kBadInput) if no file could be
/// used or no class has two. Calls `check` before each look-up, by several threads at a time, and
/// lets out what that throws.
Evaluation evaluate_each_other(
    const ImageEncoder& encoder, std::span<const LabeledPath> files, std::size_t k,
    const FilesDone& progress, const ImageLimits& limits = {},
    const std::function<void()>& check = [] {});

/// The same of vectors: row i is of class `labels[i]`, an index into `classes`, which are in any
/// order. The nearest `depth` of each are looked at, at least. Throws Error(kUsage) unless there is
/// one label per row, all of them indices.
Evaluation evaluate_each_other(const EmbeddingBatch& embeddings, std::span<const int> labels,
                               std::vector<std::string> classes, const RetrievalOptions& options);

/// Sets result.episodes: queries are the evaluated images, support other ones of them or, for the
/// second form, the gallery's items of their classes. `within_parents`: the classes of an episode
/// share their parent, the name without its last part ("Latin" of "Latin/a"). Throws
/// Error(kBadInput) if no class has a parent, and as score_episodes.
void add_episodes(Evaluation& result, const EpisodeOptions& options, bool within_parents = false,
                  const EpisodesPlayed& progress = {});
void add_episodes(Evaluation& result, const EpisodeOptions& options, bool within_parents,
                  const EpisodesPlayed& progress, const Gallery& gallery);

/// Sets result.auroc: how well the similarity to the nearest reference image tells the evaluated
/// images from foreign ones. References are the items of the gallery or, for the second form, the
/// images of evaluate_each_other(). Throws Error(kBadInput) if there are no foreign images.
void add_open_set(Evaluation& result, const EmbeddingBatch& foreign, const Gallery& gallery);
void add_open_set(Evaluation& result, const EmbeddingBatch& foreign);

}  // namespace simdb
