#pragma once

#include <iosfwd>

namespace simdb::cli {

/// Where a command reads and writes. Results go to `out`, diagnostics and progress to `err`.
struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;  ///< progress bars only there
};

}  // namespace simdb::cli
