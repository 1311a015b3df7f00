#include "simdb/gallery.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "core/file_io.h"
#include "database/item_selection.h"
#include "simdb/error.h"

namespace simdb {

std::vector<MetadataCount> Gallery::count_by(std::string_view field,
                                             const SearchFilter& filter) const {
  std::map<MetadataValue, std::uint64_t> counts;
  for_each_page(*this, {.filter = filter}, [&](std::span<const ItemRecord> page) {
    for (const ItemRecord& record : page) {
      const auto found = record.info.metadata.find(field);
      if (found != record.info.metadata.end()) ++counts[found->second];
    }
    return true;
  });
  std::vector<MetadataCount> result;
  result.reserve(counts.size());
  for (const auto& [value, items] : counts) result.push_back({value, items});
  std::stable_sort(
      result.begin(), result.end(),
      [](const MetadataCount& a, const MetadataCount& b) { return a.items > b.items; });
  return result;
}

std::vector<GroupBest> Gallery::best_of_groups(std::span<const float> query,
                                               const GroupedItems& items,
                                               std::span<const std::uint32_t> without) const {
  const std::span<const float> limits = items.limits();
  const auto is_without = [&](std::uint32_t group) {
    return std::ranges::find(without, group) != without.end();
  };
  float lowest = std::numeric_limits<float>::infinity();
  for (std::uint32_t group = 0; group < limits.size(); ++group) {
    if (limits[group] < lowest && !is_without(group)) lowest = limits[group];
  }
  if (lowest > 1) return {};
  std::map<std::uint32_t, float> best;
  for (const Neighbor& hit : range_search(query, lowest)) {  // the nearest first
    const std::uint32_t group = items.group_of(hit.id);
    if (group == GroupedItems::kNoGroup || hit.similarity < limits[group]) continue;
    if (!is_without(group)) best.try_emplace(group, hit.similarity);
  }
  std::vector<GroupBest> result;
  result.reserve(best.size());
  for (const auto& [group, similarity] : best) result.push_back({group, similarity});
  return result;
}

std::vector<std::vector<std::byte>> Gallery::thumbnails(std::span<const ItemId> ids) const {
  std::vector<std::vector<std::byte>> thumbnails;
  thumbnails.reserve(ids.size());
  for (const ItemId id : ids) thumbnails.push_back(thumbnail(id));
  return thumbnails;
}

std::vector<std::byte> Gallery::image(const Sha256& /*digest*/) const { return {}; }

std::uint64_t Gallery::image_size(const Sha256& /*digest*/) const { return 0; }

KeptImages Gallery::kept_images() const { return {}; }

BackupReport Gallery::back_up(const ByteSink& /*sink*/,
                              const std::function<void()>& /*check*/) const {
  throw Error(ErrorCode::kUsage,
              "can't back up: this gallery is not kept in files of simdb's own; use the tools of "
              "what keeps it, or 'simdb export'");
}

BackupReport Gallery::back_up(const std::filesystem::path& file,
                              const std::function<void()>& check) const {
  std::optional<AtomicFile> output;  // made when there is something to write
  const ByteSink sink = [&](std::span<const std::byte> bytes) {
    if (!output) output.emplace(file);
    output->write(bytes);
  };
  const BackupReport report = back_up(sink, check);
  if (output) output->commit();
  return report;
}

CompactReport Gallery::compact(const std::function<void()>& /*check*/) {
  throw Error(ErrorCode::kUsage,
              "can't compact: this gallery is not kept in files of simdb's own; use the tools of "
              "what keeps it");
}

ReindexReport Gallery::reindex() {
  throw Error(ErrorCode::kUsage,
              "can't rebuild the index: this gallery has no index of simdb's own; use the tools "
              "of what keeps it");
}

}  // namespace simdb
