#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "simdb/error.h"
#include "tests/faults/gallery_work.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {

/// A database on a real disk and what it must hold.
class Victim {
 public:
  Victim() {
    std::filesystem::create_directory(path());
    make_store(store_path(path())).reset();
  }

  std::filesystem::path path() const { return folder_ / "db"; }

  /// Opens it as the next process would; what is wrong, in words.
  std::string look(int* built = nullptr) {
    try {
      const EmbeddedGallery gallery(Store::open(store_path(path()), StoreMode::kReadWrite), path(),
                                    [&](std::size_t dimension) {
                                      if (built != nullptr) ++*built;
                                      return make_index(dimension);
                                    });
      return check(gallery, expected);
    } catch (const Error& error) {
      return error.what();
    }
  }

  Expected expected;

 private:
  const TemporaryFolder folder_;
};

}  // namespace simdb::test
