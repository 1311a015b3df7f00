#include "cli/train/writable.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "simdb/error.h"

namespace simdb::cli {

namespace fs = std::filesystem;

void require_writable(const fs::path& output, std::string_view what, std::string_view option) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(output, ignored);
  const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
  std::string probe = (folder / ".simdb-train-XXXXXX").string();
  const int file = is_folder ? -1 : ::mkstemp(probe.data());
  if (file < 0) {
    throw Error(ErrorCode::kIo,
                fmt::format("can't write {} to '{}': {}; choose another {}", what, output.string(),
                            std::strerror(is_folder ? EISDIR : errno), option));
  }
  ::close(file);
  ::unlink(probe.c_str());
}

}  // namespace simdb::cli
