#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace simdb {

/// What went wrong, in the terms a caller can act on. The numbers are the exit codes of the command
/// line.
enum class ErrorCode : int {
  kInternal = 1,    ///< a broken promise inside simdb or a library it uses
  kUsage = 2,       ///< the call itself makes no sense: unknown option, k = 0, wrong dimension
  kNotFound = 3,    ///< a file, class, item or database that does not exist
  kBadInput = 4,    ///< an image, model, list or import file that can't be used
  kCorruption = 5,  ///< stored data that contradicts its checksum or itself
  kIo = 6,          ///< the operating system refused: permission, full disk, read-only disk
  kBusy = 7,        ///< the database is being written by another process
};

/// The only exception that leaves a simdb module. what() says what was attempted, on which path or
/// id, why it failed and what to do about it. Immutable.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

/// "bad input", "corruption", ... for messages and logs.
std::string_view to_string(ErrorCode code) noexcept;

}  // namespace simdb
