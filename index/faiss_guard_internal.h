#pragma once

#include <faiss/impl/FaissException.h>

#include <new>
#include <string>
#include <utility>

#include "simdb/error.h"

namespace simdb {

/// Runs `call` and turns what FAISS throws into Error(kInternal); `what` says what was attempted.
template <typename Call>
decltype(auto) guard_faiss(const char* what, Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const faiss::FaissException& error) {
    throw Error(ErrorCode::kInternal, std::string("can't ") + what + ": " + error.what());
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kInternal, std::string("can't ") + what +
                                          ": out of memory; close other programs or use a machine "
                                          "with more");
  }
}

}  // namespace simdb
