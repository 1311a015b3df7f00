#include "pipeline/live_decisions.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kMostAlphas = 16;  // that are remembered

}  // namespace

std::shared_ptr<const Calibration> LiveDecisions::calibration() const {
  const std::lock_guard lock(mutex_);
  return calibration_;
}

std::int64_t LiveDecisions::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

std::shared_ptr<const AnswerSets> LiveDecisions::sets(double alpha) const {
  std::shared_ptr<const Calibration> calibration;
  {
    const std::lock_guard lock(mutex_);
    if (!calibration_) return nullptr;
    const auto known = sets_.find(alpha);
    if (known != sets_.end()) return known->second;
    calibration = calibration_;
  }
  auto made = std::make_shared<const AnswerSets>(*calibration, alpha);
  const std::lock_guard lock(mutex_);
  if (calibration_ == calibration) {
    if (sets_.size() >= kMostAlphas) sets_.clear();
    sets_.emplace(alpha, made);
  }
  return made;
}

void LiveDecisions::put(std::shared_ptr<const Calibration> calibration) {
  const std::lock_guard lock(mutex_);
  calibration_ = std::move(calibration);
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  version_ = std::max<std::int64_t>(now, version_ + 1);
  sets_.clear();
}

std::optional<std::string> LiveDecisions::refresh(bool save) {
  const std::lock_guard one_at_a_time(renewal_);
  const std::shared_ptr<const Calibration> before = calibration();
  if (!before) return std::nullopt;
  try {
    Calibration now = *before;
    if (now.refresh(database_.gallery(), trained_on(database_))) {
      put(std::make_shared<const Calibration>(now));
    }
    if (save) now.save(database_.gallery());
    return std::nullopt;
  } catch (const Error& error) {
    put(nullptr);
    return error.what();
  }
}

CalibrationSummary LiveDecisions::calibrate(const Database& view, const CalibrationChoices& choices,
                                            double alpha,
                                            const std::optional<HeldOutImages>& held_out,
                                            const std::function<void()>& check) {
  if (view.gallery().stats().items == 0) {
    throw Error(ErrorCode::kBadInput, "the database is empty; add images first");
  }
  NewCalibration made = new_calibration(view, choices, alpha, held_out, check);
  check();
  adopt(std::move(made.calibration));
  return made.summary;
}

// Of the earlier state of the database that it was made of.
void LiveDecisions::adopt(Calibration calibration) {
  const std::lock_guard one_at_a_time(renewal_);
  calibration.refresh(database_.gallery(), trained_on(database_));
  calibration.save(database_.gallery());
  put(std::make_shared<const Calibration>(std::move(calibration)));
}

std::optional<std::string> LiveDecisions::reload() {
  const std::lock_guard one_at_a_time(renewal_);
  try {
    auto loaded = refreshed_calibration(database_);
    put(loaded ? std::make_shared<const Calibration>(*std::move(loaded)) : nullptr);
    return std::nullopt;
  } catch (const Error& error) {
    put(nullptr);
    return error.what();
  }
}

}  // namespace simdb
