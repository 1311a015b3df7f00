#include "simdb/error.h"

namespace simdb {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInternal:
      return "internal error";
    case ErrorCode::kUsage:
      return "usage";
    case ErrorCode::kNotFound:
      return "not found";
    case ErrorCode::kBadInput:
      return "bad input";
    case ErrorCode::kCorruption:
      return "corruption";
    case ErrorCode::kIo:
      return "i/o error";
    case ErrorCode::kBusy:
      return "busy";
  }
  return "unknown error";
}

}  // namespace simdb
