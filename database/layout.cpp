#include "database/layout.h"

#include <system_error>

namespace simdb {

namespace fs = std::filesystem;

fs::path store_path(const fs::path& folder) { return folder / kStoreFolder; }

std::uint64_t disk_bytes(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code vanished;
    if (!at->is_regular_file(vanished)) continue;
    const std::uintmax_t size = at->file_size(vanished);
    if (!vanished) bytes += size;
  }
  return bytes;
}

}  // namespace simdb
