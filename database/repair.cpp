#include "simdb/repair.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>

#include "core/file_io.h"
#include "database/embedded_gallery.h"
#include "database/index_snapshot_internal.h"
#include "database/layout.h"
#include "index/snapshot.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamedIds = 20;

// "3 items (17, 18, 21)"
std::string listed(const std::vector<ItemId>& ids) {
  std::string text = std::to_string(ids.size()) + (ids.size() == 1 ? " item (" : " items (");
  for (std::size_t i = 0; i < std::min(ids.size(), kNamedIds); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(to_number(ids[i]));
  }
  return text + (ids.size() > kNamedIds ? ", ...)" : ")");
}

// The saved index, whole; nothing if there is none or it is damaged.
std::optional<LoadedSnapshot> sound_snapshot(const fs::path& path, std::string& damage) {
  try {
    LoadedSnapshot loaded = load_snapshot(path);
    for (const ItemId id : loaded.index->ids()) loaded.index->vector(id);  // checks every partition
    return loaded;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kNotFound) return std::nullopt;
    if (error.code() != ErrorCode::kCorruption && error.code() != ErrorCode::kBadInput) throw;
    damage = error.what();
    return std::nullopt;
  }
}

// What a store that has lost changes lacks of an index that has seen them.
void name_losses(const LoadedSnapshot& snapshot, const Store& store, RepairReport& report) {
  std::vector<ItemId> stored;
  store.for_each_embedding([&](ItemId id, std::span<const float>) {
    stored.push_back(id);
    return true;
  });
  const std::vector<ItemId> indexed = snapshot.index->ids();
  std::vector<ItemId> lost;
  std::set_difference(indexed.begin(), indexed.end(), stored.begin(), stored.end(),
                      std::back_inserter(lost));
  if (!lost.empty()) report.lost.push_back(listed(lost) + " that the saved index still has");
  std::vector<ItemId> back;
  std::set_difference(stored.begin(),
                      std::upper_bound(stored.begin(), stored.end(), snapshot.info.last_id),
                      indexed.begin(), indexed.end(), std::back_inserter(back));
  if (!back.empty()) {
    report.lost.push_back("the removal of " + listed(back) + ", which are there again");
  }
}

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

RepairReport repair_database(const fs::path& folder) {
  const fs::path path = snapshot_path(folder);
  std::error_code error;
  if (!fs::is_directory(store_path(folder), error)) {
    throw Error(ErrorCode::kNotFound, "there is no database in " + folder.string());
  }
  require_known_snapshot(path);
  RepairReport report;
  StoreRepair repair = Store::repair(store_path(folder));
  append(report.repaired, std::move(repair.repaired));
  append(report.lost, std::move(repair.lost));

  std::string why;
  const auto snapshot = sound_snapshot(path, why);
  auto store = Store::open(store_path(folder), StoreMode::kReadWrite);
  if (snapshot && why.empty() && !is_forgotten(snapshot->info, *store)) {
    why = mismatch_of(snapshot->info, *store);
    if (is_ahead(snapshot->info, *store)) name_losses(*snapshot, *store, report);
  }
  if (!why.empty()) {
    // A cache that is wrong, and a witness whose losses are named now.
    fs::remove(path, error);
    if (error) {
      throw Error(ErrorCode::kIo, "can't remove " + path.string() + ": " + error.message());
    }
    sync_folder(folder);
  }
  EmbeddedGallery gallery(std::move(store), folder);
  if (!why.empty()) {
    try {
      gallery.reindex();
      report.repaired.push_back(path.string() + ": rebuilt (" + why + ")");
    } catch (const Error& failure) {
      if (failure.code() != ErrorCode::kCorruption) throw;  // verify names it
    }
  }
  report.items = gallery.stats().items;
  report.problems = gallery.verify();
  return report;
}

}  // namespace simdb
