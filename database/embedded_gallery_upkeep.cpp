// What a gallery does for its index beyond answering: save it, check it, rebuild it.
#include <algorithm>
#include <iterator>
#include <limits>

#include "core/file_io.h"
#include "database/embedded_gallery.h"
#include "database/index_snapshot_internal.h"
#include "database/layout.h"
#include "database/recovery_internal.h"
#include "database/search_check.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Below this many rows the index is built about as fast as it is loaded.
constexpr std::uint64_t kSnapshotRows = 4096;
// The snapshot is replaced when more than this part of the rows has changed since.
constexpr std::uint64_t kSnapshotPart = 16;

void append(std::vector<std::string>& problems, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(problems));
}

// What compare_index says, damage included.
std::vector<std::string> differences(const Store& store, const VectorIndex& index) {
  try {
    return compare_index(store, index);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kCorruption) throw;
    return {error.what()};
  }
}

}  // namespace

bool EmbeddedGallery::snapshot_is_old() const {
  if (store_->size() < kSnapshotRows) return false;
  {
    const std::lock_guard lock(index_mutex_);
    if (snapshot_is_useless_) return true;
  }
  const auto snapshot = find_snapshot(snapshot_path(folder_));
  return !snapshot || !mismatch_of(*snapshot, *store_).empty() ||
         rows_changed_since(*snapshot, *store_) >
             std::max(kSnapshotRows, store_->size() / kSnapshotPart);
}

bool EmbeddedGallery::refresh_snapshot() {
  if (mode_ == StoreMode::kReadOnly) return false;
  const std::lock_guard change(change_mutex_);
  if (!snapshot_is_old()) return false;
  const std::shared_ptr<VectorIndex> index = index_to_change();
  try {
    save(*index);
  } catch (const Error& error) {
    // The index may come from a damaged snapshot.
    if (error.code() != ErrorCode::kCorruption) throw;
    discard_index(index);
    save(*index_to_change());
  }
  return true;
}

ReindexReport EmbeddedGallery::reindex() {
  if (mode_ == StoreMode::kReadOnly) {
    throw Error(ErrorCode::kUsage, "can't save an index in " + folder_.string() +
                                       ": it was opened for reading; open it for writing");
  }
  const std::lock_guard change(change_mutex_);
  return rebuild();
}

ReindexReport EmbeddedGallery::rebuild() {
  std::shared_ptr<VectorIndex> built = build_index_from(*store_);
  {
    const std::lock_guard lock(index_mutex_);
    index_ = built;
  }
  return {built->size(), save(*built)};
}

void EmbeddedGallery::set_sidecar(std::string_view name, std::span<const std::byte> bytes) {
  const std::filesystem::path path = sidecar_path(folder_, name);
  remove_unfinished(path);
  AtomicFile file(path, files_);
  file.write(bytes);
  file.commit();
}

std::optional<std::vector<std::byte>> EmbeddedGallery::sidecar(std::string_view name) const {
  try {
    return read_file(sidecar_path(folder_, name), std::numeric_limits<std::uint64_t>::max());
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kNotFound) return std::nullopt;
    throw;
  }
}

CompactReport EmbeddedGallery::compact(const std::function<void()>& check) {
  const std::lock_guard change(change_mutex_);
  CompactReport report{.bytes_before = disk_bytes(folder_)};
  store_->compact(check);
  if (std::filesystem::exists(snapshot_path(folder_))) rebuild();  // it holds removed embeddings
  report.bytes = disk_bytes(folder_);
  return report;
}

std::uint64_t EmbeddedGallery::save(const VectorIndex& index) {
  const SnapshotInfo saved = save_index(index, *store_, folder_, files_);
  const std::lock_guard lock(index_mutex_);
  snapshot_is_useless_ = false;
  return saved.file_bytes;
}

std::vector<std::string> EmbeddedGallery::verify() const {
  const std::lock_guard change(change_mutex_);
  std::vector<std::string> problems;
  for (StoreProblem& problem : store_->verify()) problems.push_back(std::move(problem.what));
  append(problems, verify_snapshot());
  try {
    append(problems, differences(*store_, *index_to_change()));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kCorruption) throw;
    problems.emplace_back(error.what());
  }
  return problems;
}

std::vector<std::string> EmbeddedGallery::verify_searches() const {
  const std::lock_guard change(change_mutex_);
  const std::shared_ptr<const VectorIndex> index = index_to_change();
  return compare_searches(
      store_->size(), dimension_,
      [&](const EmbeddingVisitor& visit) { store_->for_each_embedding(visit); },
      [&](std::span<const float> query, std::size_t k) { return index->search(query, k); });
}

std::vector<std::string> EmbeddedGallery::verify_snapshot() const {
  const std::filesystem::path path = snapshot_path(folder_);
  const auto problem = [&](const std::string& what) {
    return std::vector{path.string() + ": " + what};
  };
  try {
    const LoadedSnapshot loaded = load_snapshot(path);
    if (is_ahead(loaded.info, *store_)) {
      // Written since this reader opened the store? Who opens it now must see those changes.
      const auto fresh = Store::open(store_path(folder_), StoreMode::kReadOnly);
      return is_ahead(loaded.info, *fresh) ? problem(mismatch_of(loaded.info, *fresh))
                                           : std::vector<std::string>();
    }
    if (is_forgotten(loaded.info, *store_)) return {};  // not used, and replaced some time
    const std::string mismatch = mismatch_of(loaded.info, *store_);
    if (!mismatch.empty()) return problem(mismatch);
    bring_up_to_date(loaded, *store_);
    return differences(*store_, *loaded.index);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kNotFound) return {};
    if (error.code() != ErrorCode::kCorruption && error.code() != ErrorCode::kBadInput) throw;
    return {error.what()};
  }
}

}  // namespace simdb
