#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>

#include "encoder/training/trainer.h"

namespace simdb::cli {

/// Shows how training goes on: a bar that is drawn over on a terminal, else one line per epoch. Not
/// thread-safe.
class TrainDisplay {
 public:
  TrainDisplay(std::ostream& err, bool is_terminal) : err_(err), is_terminal_(is_terminal) {}

  /// What decides which weights are kept is else MAP@R.
  void judged_by_new_classes();
  void reading(std::size_t done, std::size_t total);
  void features(std::size_t done, std::size_t total);
  void step(std::size_t done, std::size_t total);
  void epoch(const training::EpochReport& report, int epochs);
  /// A line that stays.
  void note(const std::string& text);
  /// Clears the bar.
  void finish();

 private:
  void draw(const std::string& text);

  std::ostream& err_;
  bool is_terminal_;
  static constexpr const char* kMapAtR = "MAP@R";

  std::string measure_ = kMapAtR;
  std::string score_;
  std::chrono::steady_clock::time_point started_;  ///< of the first step
  std::chrono::steady_clock::time_point drawn_;    ///< when the bar was last drawn
};

}  // namespace simdb::cli
