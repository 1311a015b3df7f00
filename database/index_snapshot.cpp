#include <algorithm>
#include <vector>

#include "core/file_io.h"
#include "database/index_snapshot_internal.h"
#include "database/layout.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

// Floats that are read from the store before the index takes them: 64 MB.
constexpr std::size_t kFloatsAtOnce = std::size_t{1} << 24;

// What the store must know of the change, since the snapshot matches the store.
template <typename T>
T known(std::optional<T>&& fact, const Store& store, std::uint64_t change) {
  if (!fact) {
    throw Error(ErrorCode::kInternal, "store " + store.id() + " has forgotten change " +
                                          std::to_string(change) + " too early");
  }
  return *std::move(fact);
}

std::vector<ItemId> erased_since(const SnapshotInfo& snapshot, const Store& store) {
  const std::uint64_t change = snapshot.origin.change;
  return known(store.erased_since(change), store, change);
}

// Those that the snapshot holds, of what was removed since.
std::vector<ItemId> missing_rows(const SnapshotInfo& snapshot, const Store& store) {
  std::vector<ItemId> erased = erased_since(snapshot, store);
  erased.erase(std::upper_bound(erased.begin(), erased.end(), snapshot.last_id), erased.end());
  return erased;
}

}  // namespace

std::optional<SnapshotInfo> find_snapshot(const fs::path& path) {
  try {
    return read_snapshot_info(path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool is_ahead(const SnapshotInfo& snapshot, const Store& store) {
  return snapshot.origin.store_id == store.id() && snapshot.origin.change > store.changes();
}

void require_not_behind_snapshot(const Store& store, const fs::path& path) {
  const auto snapshot = find_snapshot(path);
  if (!snapshot || !is_ahead(*snapshot, store)) return;
  throw Error(ErrorCode::kCorruption,
              "the store beside " + path.string() + " has seen " + std::to_string(store.changes()) +
                  " changes, but the index was saved after change " +
                  std::to_string(snapshot->origin.change) +
                  ": changes are lost, or an older copy of the store was put back. Restore the "
                  "whole folder from a copy, or delete that file to go on without the changes");
}

bool is_forgotten(const SnapshotInfo& snapshot, const Store& store) {
  return snapshot.origin.store_id == store.id() && !is_ahead(snapshot, store) &&
         !store.mark_of(snapshot.origin.change);
}

std::string mismatch_of(const SnapshotInfo& snapshot, const Store& store) {
  const SnapshotOrigin& origin = snapshot.origin;
  if (origin.store_id != store.id() || snapshot.dimension != store.dimension()) {
    return "it belongs to another database";
  }
  if (is_ahead(snapshot, store)) return "it was saved after changes that the store does not have";
  const auto mark = store.mark_of(origin.change);
  if (!mark) return "the store has forgotten what changed since it was saved";
  if (*mark != origin.mark) {
    return "it was saved after changes that the store does not have: an older copy of the store "
           "was put back";
  }
  return "";
}

std::uint64_t rows_changed_since(const SnapshotInfo& snapshot, const Store& store) {
  const std::uint64_t present_since = store.size() + missing_rows(snapshot, store).size();
  return present_since - snapshot.rows + erased_since(snapshot, store).size();
}

void bring_up_to_date(const LoadedSnapshot& snapshot, const Store& store) {
  VectorIndex& index = *snapshot.index;
  index.remove(missing_rows(snapshot.info, store));
  std::vector<ItemId> ids;
  EmbeddingBatch embeddings(store.dimension());
  const auto hand_over = [&] {
    index.add(ids, embeddings);
    ids.clear();
    embeddings = EmbeddingBatch(store.dimension());
  };
  store.for_each_embedding_from(ItemId{to_number(snapshot.info.last_id) + 1},
                                [&](ItemId id, std::span<const float> values) {
                                  ids.push_back(id);
                                  embeddings.append_unit(values);
                                  if (embeddings.values().size() >= kFloatsAtOnce) hand_over();
                                  return true;
                                });
  hand_over();
}

std::unique_ptr<VectorIndex> index_from_snapshot(const Store& store, const fs::path& path) {
  try {
    // From one mapping: the file at `path` may be replaced any time.
    LoadedSnapshot loaded = load_snapshot(path);
    if (!mismatch_of(loaded.info, store).empty()) return nullptr;
    if (store.size() / 2 > loaded.info.rows) return nullptr;  // most rows are new
    bring_up_to_date(loaded, store);
    if (loaded.index->size() != store.size()) return nullptr;
    return std::move(loaded.index);
  } catch (const Error&) {
    return nullptr;  // if it is the store that is damaged, building the index from it will say so
  }
}

SnapshotInfo save_index(const VectorIndex& index, const Store& store, const fs::path& folder,
                        FileSystem& files) {
  const fs::path path = snapshot_path(folder);
  const std::uint64_t change = store.changes();
  remove_unfinished(path);
  AtomicFile file(path, files);
  index.write(file, {store.id(), change, known(store.mark_of(change), store, change)});
  file.commit();
  return read_snapshot_info(path);
}

}  // namespace simdb
