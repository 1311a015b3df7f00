#include "database/layout.h"

#include <string>
#include <system_error>

#include "core/item_update.h"

namespace simdb {

namespace fs = std::filesystem;

fs::path store_path(const fs::path& folder) { return folder / kStoreFolder; }

fs::path snapshot_path(const fs::path& folder) { return folder / kSnapshotFile; }

fs::path sidecar_path(const fs::path& folder, std::string_view name) {
  require_sidecar_name(name);
  return folder / name;
}

void remove_unfinished(const fs::path& file) {
  const std::string prefix = file.filename().string() + ".tmp.";  // as AtomicFile names them
  std::error_code error;
  for (auto at = fs::directory_iterator(file.parent_path(), error);
       !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    if (at->path().filename().string().starts_with(prefix)) fs::remove(at->path(), ignored);
  }
}

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
