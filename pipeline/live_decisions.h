#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "simdb/calibration.h"
#include "simdb/database.h"

namespace simdb {

/// The calibration of a database that changes while it is asked: answers go by the last one that
/// is complete. Thread-safe.
class LiveDecisions {
 public:
  /// `database` must outlive it.
  LiveDecisions(std::filesystem::path folder, const Database& database);

  /// Null if the database is not calibrated.
  std::shared_ptr<const AnswerSets> sets(double alpha) const;
  /// Differs from that of another calibration.
  std::int64_t version() const;
  /// Of the last refresh.
  std::shared_ptr<const Calibration> calibration() const;

  /// After a change of the database. With `save` it is kept in the folder too. What fails leaves
  /// the database uncalibrated and is returned, in words.
  std::optional<std::string> refresh(bool save);
  /// Goes by `calibration` from now on, brought from the earlier state of the database that it was
  /// made of to the present one, and keeps it in the folder. Throws Error(kIo), or as Gallery, and
  /// nothing has changed then.
  void adopt(Calibration calibration);
  /// What another process has written.
  std::optional<std::string> reload();

 private:
  void put(std::shared_ptr<const Calibration> calibration);

  const std::filesystem::path folder_;
  const Database& database_;
  std::mutex renewal_;  // one refresh or reload at a time
  mutable std::mutex mutex_;
  std::shared_ptr<const Calibration> calibration_;
  std::int64_t version_ = 0;
  mutable std::map<double, std::shared_ptr<const AnswerSets>> sets_;  // by alpha
};

}  // namespace simdb
