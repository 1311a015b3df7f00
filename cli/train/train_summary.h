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

/// One line for people before the first step: how long, on what, judged by what.
std::string describe_plan(const training::TrainPlan& plan, const training::TrainOptions& options);

/// Some lines for people. Of a result that judged an epoch.
std::string summary_text(const TrainRun& run, const training::TrainResult& result);

/// One object for programs. Of a result that judged an epoch.
nlohmann::json summary_json(const TrainRun& run, const training::TrainResult& result);

}  // namespace simdb::cli
