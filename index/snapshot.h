#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "index/vector_index.h"
#include "simdb/item.h"

namespace simdb {

/// The state of the store that an index holds: see Store::id, Store::changes and Store::mark_of.
struct SnapshotOrigin {
  std::string store_id;  ///< 32 lower-case hexadecimal digits
  std::uint64_t change = 0;
  std::uint64_t mark = 0;
  friend bool operator==(const SnapshotOrigin&, const SnapshotOrigin&) = default;
};

/// What the header of a snapshot says.
struct SnapshotInfo {
  SnapshotOrigin origin;
  ItemId last_id{};  ///< no id above was ever in the index; 0 if it was always empty
  std::uint64_t rows = 0;
  std::size_t dimension = 0;
  std::uint64_t file_bytes = 0;
};

struct LoadedSnapshot {
  SnapshotInfo info;
  std::unique_ptr<VectorIndex> index;
};

/// Reads and checks the header of what VectorIndex::save wrote, and the file's size; nothing more.
/// Throws Error(kNotFound) if there is no file, Error(kBadInput) if it is no snapshot or one of a
/// newer simdb, Error(kCorruption) if it is damaged, Error(kIo) if the system refuses.
SnapshotInfo read_snapshot_info(const std::filesystem::path& path);

/// Throws Error(kBadInput) if `path` is a snapshot of a newer simdb, which a process that writes
/// would replace. Does nothing if it is sound, damaged or not there.
void require_known_snapshot(const std::filesystem::path& path);

/// The index that was saved. Errors as above.
///
/// The file is mapped, not read: header and tables are checked here, each partition of rows when
/// something first needs it. So every member of the index that reads rows may throw
/// Error(kCorruption), which names the file, however often it is called; it never answers from
/// damaged bytes. The file may be replaced meanwhile (also by save of this index), but not changed
/// in place: see MappedFile.
LoadedSnapshot load_snapshot(const std::filesystem::path& path, const IndexOptions& options = {});

}  // namespace simdb
