#include "cli/binary_output.h"

#include <unistd.h>

#include "simdb/error.h"

namespace simdb::cli {

ByteSink binary_output(std::ostream& out, const std::string& what, const std::string& command) {
  if (::isatty(STDOUT_FILENO) == 1) {
    throw Error(ErrorCode::kUsage,
                what + " is no text for a terminal; redirect it: " + command + " > FILE");
  }
  return [&out](std::span<const std::byte> bytes) {
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    if (!out) {
      throw Error(ErrorCode::kIo, "can't write the output: the disk or pipe refused");
    }
  };
}

}  // namespace simdb::cli
