#pragma once

#include <cstddef>
#include <optional>

#include "pipeline/evaluate.h"
#include "simdb/calibration.h"

namespace simdb {

/// How a calibrated database decides on labelled images and on foreign ones.
struct DecisionReport {
  double alpha = 0;
  EstimatedShare
      unknown;  ///< of the images whose class the database has: at most alpha is promised
  EstimatedShare covered;  ///< of these: the true class is possible
  double set_size = 0;     ///< mean number of possible classes, of all images
  std::optional<EstimatedShare> foreign_accepted;  ///< foreign images that are not called unknown
  std::optional<double> auroc;  ///< of Decision::familiarity, against foreign images
};

/// Asks the images of `result`, and `foreign` ones if there are any, with `options`. Thread-safe;
/// throws as Database::query_batch.
DecisionReport report_decisions(const Database& database, const AnswerSets& sets,
                                const Evaluation& result, const QueryOptions& options,
                                const EmbeddingBatch& foreign);

}  // namespace simdb
