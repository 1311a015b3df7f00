// kill -9 at random moments of a process that saves its index: the old snapshot stays, or the new
// one is there, and either is used.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "index/snapshot.h"
#include "tests/support/process.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

TEST(SnapshotCrashTest, AKilledSaveLeavesAUsableSnapshot) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const test::TemporaryFolder folder;
  const auto path = snapshot_path(folder.path());
  {
    // So many that no kill leaves more new rows than saved ones: then the index is built anew.
    const auto store = test::make_store(folder / "store");
    test::put_numbered(*store, 1, 500, "dog");
  }
  constexpr int kKills = 20;
  int saves = 0;
  std::uint64_t change = 0;
  for (int i = 0; i < kKills; ++i) {
    test::Process worker({SIMDB_GALLERY_WORKER, folder.path()});
    if (worker.read_line(std::chrono::seconds(20))) ++saves;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    worker.kill();

    const SnapshotInfo info = read_snapshot_info(path);
    EXPECT_GT(info.origin.change, change);
    change = info.origin.change;
    int built = 0;
    EmbeddedGallery gallery(Store::open(folder / "store", StoreMode::kReadOnly), folder.path(),
                            [&](std::size_t dimension) {
                              ++built;
                              return make_index(dimension);
                            });
    for (const std::string& problem : gallery.verify()) ADD_FAILURE() << problem;
    EXPECT_EQ(built, 0);
  }
  EXPECT_GE(saves, kKills * 7 / 10) << "the kills came too early";
}

}  // namespace
}  // namespace simdb
