#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "simdb/error.h"

namespace simdb::test {

/// The Error that `call` throws; a test failure and an empty kInternal one if it throws none.
inline Error error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return {ErrorCode::kInternal, ""};
}

inline ErrorCode code_of(const std::function<void()>& call) { return error_of(call).code(); }

}  // namespace simdb::test
