#pragma once

#include <cstddef>
#include <iosfwd>

namespace simdb::cli {

struct CommandTable;

/// Where a command reads and writes. Results go to `out`, diagnostics and progress to `err`.
struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;                                   ///< progress bars only there
  std::size_t (*err_columns)() = [] { return std::size_t{80}; };  ///< how wide that is now
  CommandTable* table = nullptr;  ///< where set, a command fills it in and does nothing else
};

}  // namespace simdb::cli
