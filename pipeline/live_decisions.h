#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "pipeline/stored_calibration.h"
#include "simdb/calibration.h"
#include "simdb/database.h"

namespace simdb {

/// The calibration of a database that changes while it is asked: answers go by the last one that
/// is complete. Thread-safe.
class LiveDecisions {
 public:
  /// `database` must outlive it.
  explicit LiveDecisions(Database& database) : database_(database) {}

  /// Null if the database is not calibrated.
  std::shared_ptr<const AnswerSets> sets(double alpha) const;
  /// Differs from that of another calibration.
  std::int64_t version() const;
  /// Of the last refresh.
  std::shared_ptr<const Calibration> calibration() const;

  /// After a change of the database. With `save` it is kept beside the database too. What fails
  /// leaves the database uncalibrated and is returned, in words.
  std::optional<std::string> refresh(bool save);
  /// Computes what `simdb calibrate` does, goes by it from now on and keeps it. `view` is the
  /// same database, opened for reading only: changes of it may go on meanwhile. Calls `check`
  /// often, by several threads at a time, and lets out what that throws. Throws Error(kBadInput) if
  /// there are no items, Error(kIo), or as Gallery; nothing has changed then.
  CalibrationSummary calibrate(const Database& view, const CalibrationChoices& choices,
                               double alpha, const std::optional<HeldOutImages>& held_out,
                               const std::function<void()>& check);
  /// What another process has written.
  std::optional<std::string> reload();

 private:
  void adopt(Calibration calibration);
  void put(std::shared_ptr<const Calibration> calibration);

  Database& database_;
  std::mutex renewal_;  // one refresh or reload at a time
  mutable std::mutex mutex_;
  std::shared_ptr<const Calibration> calibration_;
  std::int64_t version_ = 0;
  mutable std::map<double, std::shared_ptr<const AnswerSets>> sets_;  // by alpha
};

}  // namespace simdb
