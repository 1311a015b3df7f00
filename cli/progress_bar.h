#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "cli/console.h"

namespace simdb::cli {

/// A line on stderr that is drawn again and again: "adding [=====     ] 2250/4500 50 % 0:03 left".
/// Draws nothing unless stderr is a terminal. The line is erased when the bar is destroyed.
class ProgressBar {
 public:
  ProgressBar(Console& console, std::string verb, std::size_t total);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  /// At most ten times per second, and at the end.
  void update(std::size_t done);
  /// Erases the line so that a message can be printed; the next update draws it again.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  Console& console_;
  std::string verb_;
  std::size_t total_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_;
  bool visible_ = false;
};

}  // namespace simdb::cli
