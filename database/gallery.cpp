#include "simdb/gallery.h"

#include "simdb/error.h"

namespace simdb {

BackupReport Gallery::back_up(const std::filesystem::path& file,
                              const std::function<void()>& /*check*/) const {
  throw Error(ErrorCode::kUsage, "can't back up into " + file.string() +
                                     ": this gallery is not kept in files of simdb's own; use the "
                                     "tools of what keeps it, or 'simdb export'");
}

ReindexReport Gallery::reindex() {
  throw Error(ErrorCode::kUsage,
              "can't rebuild the index: this gallery has no index of simdb's own; use the tools "
              "of what keeps it");
}

}  // namespace simdb
