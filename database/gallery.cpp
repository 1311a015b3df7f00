#include "simdb/gallery.h"

#include <algorithm>
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
