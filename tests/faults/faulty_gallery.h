#pragma once

#include <memory>
#include <string>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "tests/faults/gallery_work.h"
#include "tests/storage/store_on.h"
#include "tests/support/fault_files.h"
#include "tests/support/fault_fs.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {

/// A database whose whole folder lies on a FaultDisk.
class FaultyGallery {
 public:
  explicit FaultyGallery(std::uint64_t seed)
      : disk(folder_ / "trash", seed), files_(disk), env_(make_fault_env(disk)) {
    std::filesystem::create_directory(path());
  }

  std::filesystem::path path() const { return folder_ / "db"; }

  void create() {
    const std::vector<std::byte> model(1000, std::byte{42});
    open(create_store_on(*env_, store_path(path()), {16, to_hex(sha256(model)), model}));
  }
  void open() { open(open_store_on(*env_, store_path(path()), StoreMode::kReadWrite)); }
  StoreRepair repair() { return repair_store_on(*env_, store_path(path())); }
  void close() { gallery.reset(); }

 private:
  void open(std::unique_ptr<Store> store) {
    gallery =
        std::make_unique<EmbeddedGallery>(std::move(store), path(), make_default_index, files_);
  }

  const TemporaryFolder folder_;

 public:
  FaultDisk disk;

 private:
  FaultFiles files_;
  const std::unique_ptr<rocksdb::Env> env_;

 public:
  std::unique_ptr<EmbeddedGallery> gallery;
};

}  // namespace simdb::test
