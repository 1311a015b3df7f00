#include "pipeline/stored_calibration.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "encoder/model/onnx_model.h"
#include "encoder/model/trained_on.h"
#include "simdb/error.h"

namespace simdb {

Calibration::TrainedOn trained_on(const Database& database) {
  if (!database.gallery().space().empty()) return {};
  struct Known {
    std::once_flag is_read;
    std::optional<TrainedOnImages> images;
  };
  return [&database, known = std::make_shared<Known>()](const Sha256& digest) {
    std::call_once(known->is_read, [&] {
      known->images.emplace(
          read_pinned_header(database.encoder_model(), "the database's encoder").notes);
    });
    return known->images->contains(digest);
  };
}

std::optional<Calibration> refreshed_calibration(const Database& database) {
  auto calibration = Calibration::load(database.gallery());
  if (calibration) calibration->refresh(database.gallery(), trained_on(database));
  return calibration;
}

std::optional<CalibrationBasis> calibration_basis(const Database& database) {
  try {
    const auto calibration = Calibration::load(database.gallery());
    if (!calibration) return std::nullopt;
    CalibrationBasis basis{calibration->choices(), calibration->has_held_out()};
    if (const auto& estimate = calibration->estimate()) basis.alpha = estimate->alpha;
    return basis;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kCorruption && error.code() != ErrorCode::kBadInput) throw;
    return std::nullopt;
  }
}

std::optional<CalibrationSummary> summary_of(const Calibration& calibration) {
  const auto& estimate = calibration.estimate();
  if (!estimate) return std::nullopt;
  return CalibrationSummary{AnswerSets(calibration, estimate->alpha).classes(), *estimate};
}

NewCalibration new_calibration(const Database& database, const CalibrationChoices& choices,
                               double alpha, const std::optional<HeldOutImages>& held_out,
                               const std::function<void()>& check) {
  const Gallery& gallery = database.gallery();
  auto calibration = Calibration::compute(gallery, choices, held_out, trained_on(database), check);
  const AnswerSets sets(calibration, alpha);
  const QueryOptions options;
  CalibrationEstimate estimate = sets.estimate(gallery, options.accept_similarity, 2000, check);
  if (held_out) {
    // How many of them the gallery's own scores call unknown.
    const EmbeddingBatch& images = held_out->embeddings;
    const auto decisions =
        AnswerSets(calibration.without_held_out(), alpha)
            .decide_batch(gallery, images, database.query_batch(images, options), options, check);
    const auto unknown = std::ranges::count(decisions, Verdict::kUnknown, &Decision::verdict);
    estimate.held_out_rejected =
        estimated_share(static_cast<std::uint64_t>(unknown), decisions.size());
  }
  calibration.set_estimate(estimate);
  return {std::move(calibration), {sets.classes(), estimate}};
}

void renew_calibration(Database& database, const CalibrationBasis& basis,
                       const std::function<void()>& check) {
  new_calibration(database, basis.choices, basis.alpha, std::nullopt, check)
      .calibration.save(database.gallery());
}

}  // namespace simdb
