#pragma once

#include <chrono>
#include <cstddef>

namespace simdb::cli {

/// What can be written to stdout in one piece without blocking once it takes anything: of a pipe,
/// whose reader may not read for long.
inline constexpr std::size_t kOutputPiece = 4096;

enum class OutputState {
  kReady,  ///< takes kOutputPiece bytes
  kFull,   ///< as far as known
  kGone,   ///< nobody reads it any more
};

/// Waits until stdout takes bytes, nobody reads it any more, a signal comes or the time is over.
OutputState wait_for_output(std::chrono::milliseconds timeout);
/// The same, but does not end when it takes bytes: a pause in which it shows that the reader has
/// gone. Returns whether it has.
bool output_goes_within(std::chrono::milliseconds timeout);

}  // namespace simdb::cli
