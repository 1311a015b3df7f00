#pragma once

#include <cstddef>
#include <functional>

namespace simdb {

/// Called by long operations with how much is done; `total` is 0 where it is not known. Called from
/// one thread at a time. Returning false asks the operation to stop after what it is doing: what is
/// done stays done.
using ProgressCallback = std::function<bool(std::size_t done, std::size_t total)>;

}  // namespace simdb
