#pragma once

#include <cstddef>
#include <string>

#include "cli/train/train_summary.h"

namespace simdb::cli {

/// How much the page shows; more images are sampled evenly over the classes, and the page says so.
struct TrainReportLimits {
  std::size_t points = 1000;                     ///< in the scatter plots
  std::size_t triplets = 12;                     ///< the hardest ones
  std::size_t class_pairs = 12;                  ///< the most alike ones
  std::size_t thumbnail_bytes = (3u << 20) / 2;  ///< of the points, before base64
};

/// One HTML page about a training that needs nothing else: no network, no library, and a content
/// security policy that forbids both; below 4 MB. `date` is for people to read. Throws
/// Error(kUsage) if the result has no view or no judged epoch. Pure and thread-safe.
std::string render_train_report(const TrainRun& run, const training::TrainResult& result,
                                const std::string& date, const TrainReportLimits& limits = {});

}  // namespace simdb::cli
