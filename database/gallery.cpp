#include "simdb/gallery.h"

#include <optional>

#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb {

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

ReindexReport Gallery::reindex() {
  throw Error(ErrorCode::kUsage,
              "can't build the index anew: this gallery has no index of simdb's own; use the tools "
              "of what keeps it");
}

}  // namespace simdb
