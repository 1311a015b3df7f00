#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "cli/train/train_summary.h"

namespace simdb::cli {

/// A training as JSON lines, for programs that watch it: each line is one object with an "event"
/// and is handed to the system at once. Every function throws Error(kIo) if the file can't be
/// written. Not thread-safe.
class TrainLog {
 public:
  /// Empties the file, or goes on at its end if `append`.
  TrainLog(const std::filesystem::path& path, bool append);

  /// "start": the data, the input, the options and the number of threads.
  void start(const TrainRun& run, int threads, bool resumed);
  /// "plan", before the first epoch: how long, on what, judged by what.
  void plan(const training::TrainPlan& plan);
  /// "epoch"; `learning_rate_share` is that of its last step, see schedule.h.
  void epoch(const training::EpochReport& report, double learning_rate_share);
  void warning(const std::string& text);
  /// "end", the last line: the summary.
  void end(const TrainRun& run, const training::TrainResult& result);
  /// "error", the last line: training ended without a model.
  void error(const std::string& text);

 private:
  void write(const nlohmann::json& line);

  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace simdb::cli
