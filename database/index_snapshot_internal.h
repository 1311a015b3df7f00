#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/file_system.h"
#include "index/snapshot.h"
#include "storage/store.h"

namespace simdb {

/// The header of the snapshot at `path`; nothing if there is none that can be read.
std::optional<SnapshotInfo> find_snapshot(const std::filesystem::path& path);

/// Whether a snapshot saw changes that its store has not: then the store lost them, or an older
/// copy was put back.
bool is_ahead(const SnapshotInfo& snapshot, const Store& store);

/// Whether a snapshot is too old for its store to tell what changed since. That is no damage.
bool is_forgotten(const SnapshotInfo& snapshot, const Store& store);

/// Throws Error(kCorruption) if the snapshot at `path` is ahead of a store that no other process
/// writes.
void require_not_behind_snapshot(const Store& store, const std::filesystem::path& path);

/// Why a snapshot says nothing about this state of the store, in words; empty if it is this state,
/// or an earlier one and the store knows what changed since.
std::string mismatch_of(const SnapshotInfo& snapshot, const Store& store);

/// How much a snapshot that matches has missed: the rows that were removed since, and those that
/// were added and are still there.
std::uint64_t rows_changed_since(const SnapshotInfo& snapshot, const Store& store);

/// Brings the index of a snapshot that matches to the store's state.
void bring_up_to_date(const LoadedSnapshot& snapshot, const Store& store);

/// The index of the store's state, made from the snapshot at `path` and what changed since. Null if
/// there is none, if it does not match, and if building it from the store takes less.
std::unique_ptr<VectorIndex> index_from_snapshot(const Store& store,
                                                 const std::filesystem::path& path);

/// Saves the index, which holds the store's state. Throws Error(kIo); what was there before is kept
/// then.
SnapshotInfo save_index(const VectorIndex& index, const Store& store,
                        const std::filesystem::path& folder, FileSystem& files);

}  // namespace simdb
