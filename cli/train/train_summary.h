#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"
#include "encoder/training/trainer.h"

namespace simdb::cli {

/// A training as the summary, the log and the report tell of it.
struct TrainRun {
  std::filesystem::path folder;  ///< the images
  std::filesystem::path model;
  const training::LabeledImages& images;
  const training::TrainOptions& options;
  std::size_t skipped = 0;  ///< images that could not be read
};

/// The new encoder beside the best that needs no training, on the same images.
struct Comparison {
  bool new_classes = false;  ///< by what to expect of new classes, else by recall@1
  std::string measure;       ///< that in words
  std::string best;          ///< the best baseline's name; empty: none was measured
  double own = 0;
  double other = 0;
};
Comparison compare(const training::TrainResult& result);

/// A warning with the remedy if the encoder does not beat the best baseline, else nothing.
std::string verdict(const TrainRun& run, const training::TrainResult& result);

/// What must be known of a small validation, else nothing.
std::string caution(const training::TrainPlan& plan);

/// Some lines for people before the first step: how long, on what, judged by what, what to beat.
std::string describe_plan(const training::TrainPlan& plan, const training::TrainOptions& options);

/// Some lines for people. Of a result that judged an epoch.
std::string summary_text(const TrainRun& run, const training::TrainResult& result);

/// One object for programs. Of a result that judged an epoch.
nlohmann::json summary_json(const TrainRun& run, const training::TrainResult& result);

}  // namespace simdb::cli
