#include "simdb/backup.h"

#include "core/file_io.h"
#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "database/new_folder_internal.h"
#include "simdb/error.h"
#include "storage/backup.h"

namespace simdb {

BackupReport EmbeddedGallery::back_up(const ByteSink& sink,
                                      const std::function<void()>& check) const {
  BackupReport report;
  const ByteSink counted = [&](std::span<const std::byte> bytes) {
    report.bytes += bytes.size();
    sink(bytes);
  };
  report.items = write_backup(*store(), counted, check);
  return report;
}

std::uint64_t restore_database(const ByteSource& source, const std::string& name,
                               const std::filesystem::path& folder,
                               const std::function<void()>& check,
                               const std::function<void(std::span<const std::byte>)>& accept) {
  const std::filesystem::path absolute = absolute_path(folder);
  NewFolder made(absolute);
  std::uint64_t items = 0;
  {
    BackupReader reader(source, name);
    const std::unique_ptr<Store> store =
        Store::create_from(store_path(absolute), [&](StoreEntry& entry) {
          check();
          return reader.next(entry);
        });
    // Not against an index: one that is made of the store now says what the store says.
    for (const StoreProblem& problem : store->verify()) {
      throw Error(ErrorCode::kCorruption,
                  "can't restore " + name + ": what was backed up was damaged: " + problem.what);
    }
    check();
    if (store->space().empty()) accept(store->encoder_model());
    items = store->size();
  }
  made.keep();
  return items;
}

std::uint64_t restore_database(const std::filesystem::path& file,
                               const std::filesystem::path& folder,
                               const std::function<void()>& check,
                               const std::function<void(std::span<const std::byte>)>& accept) {
  InputFile input(file);
  return restore_database([&](std::span<std::byte> to) { return input.read(to); }, file.string(),
                          folder, check, accept);
}

}  // namespace simdb
