#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "pipeline/live_decisions.h"
#include "simdb/database_place.h"

namespace simdb::python {

/// A database with what its answers go by, kept in step with it. Thread-safe.
class OpenDatabase {
 public:
  OpenDatabase(DatabasePlace place, Database&& database, bool writes);
  OpenDatabase(const OpenDatabase&) = delete;
  OpenDatabase& operator=(const OpenDatabase&) = delete;
  /// Saves the calibration if it was brought up to date.
  ~OpenDatabase();

  const DatabasePlace& place() const noexcept { return place_; }
  Database& database() noexcept { return database_; }
  Gallery& gallery() noexcept { return database_.gallery(); }
  /// Of the last catch_up().
  LiveDecisions& decisions() noexcept { return decisions_; }
  QueryOptions kept_options() const;
  /// Throws Error(kUsage) unless it was opened for writing. `verb` is what needs that.
  void require_writes(const char* verb) const;
  /// The same database as it is now, as another process sees it: changes go on meanwhile.
  Database view() const;

  /// After changes of this process: what answers go by is of the present state. Fast where there
  /// was no change. Returns, in words, why the database counts as uncalibrated, if that is news.
  std::optional<std::string> catch_up();
  /// The same for what other processes have written. Returns whether the database has changed.
  bool refresh(std::optional<std::string>& trouble);

 private:
  const DatabasePlace place_;
  const bool writes_;
  Database database_;
  LiveDecisions decisions_;
  std::atomic<std::uint64_t> seen_;  // the change that the rest is of
  const std::uint64_t opened_at_;
  mutable std::mutex mutex_;  // guards kept_
  QueryOptions kept_;
};

}  // namespace simdb::python
