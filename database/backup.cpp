#include "simdb/backup.h"

#include <system_error>

#include "core/file_io.h"
#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "database/new_folder_internal.h"
#include "simdb/error.h"
#include "storage/backup.h"

namespace simdb {

BackupReport EmbeddedGallery::back_up(const std::filesystem::path& file,
                                      const std::function<void()>& check) const {
  AtomicFile output(file);
  const std::uint64_t items = write_backup(*store(), output, check);
  output.commit();
  // The backup is done: that its size can't be told, as somebody took it away, is no failure.
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(file, error);
  return {items, error ? 0 : bytes};
}

std::uint64_t restore_database(const std::filesystem::path& file,
                               const std::filesystem::path& folder,
                               const std::function<void()>& check,
                               const std::function<void(std::span<const std::byte>)>& accept) {
  const std::filesystem::path absolute = absolute_path(folder);
  NewFolder made(absolute);
  std::uint64_t items = 0;
  {
    const EmbeddedGallery gallery(restore_backup(file, store_path(absolute), check), absolute);
    for (const std::string& problem : gallery.verify()) {
      throw Error(ErrorCode::kCorruption, "can't restore " + file.string() +
                                              ": what was backed up was damaged: " + problem);
    }
    check();
    accept(gallery.encoder_model());
    items = gallery.stats().items;
  }
  made.keep();
  return items;
}

}  // namespace simdb
