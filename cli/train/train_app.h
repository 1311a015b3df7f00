#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <span>
#include <string_view>

namespace simdb::cli {

/// Where the program writes and when it stops.
struct TrainEnvironment {
  std::ostream& out;                     ///< the summary
  std::ostream& err;                     ///< progress, warnings, errors
  bool err_is_terminal = false;          ///< then progress is a bar
  std::function<bool()> stop_requested;  ///< asked between batches: after Ctrl-C; may be empty
  /// The encoder `photo`: photographs start from it, others are compared with it. Where there is
  /// none, both are left out.
  std::filesystem::path photo = {};
};

/// The program simdb-train: returns its exit code, 0, an ErrorCode, or 130 after Ctrl-C before
/// there was anything to keep. Code 4 with a model written means that some images could not be
/// read; each is named on `err`. Never throws.
int run_train_program(std::span<const std::string_view> args, const TrainEnvironment& environment);

}  // namespace simdb::cli
