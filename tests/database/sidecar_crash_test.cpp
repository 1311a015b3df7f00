#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "core/file_io.h"
#include "database/embedded_gallery.h"
#include "simdb/error.h"
#include "tests/support/fault_disk.h"
#include "tests/support/fault_files.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

TEST(SidecarCrashTest, AFullDiskOrAPowerLossLeavesTheOldOrTheNew) {
  const std::vector<std::byte> old(5000, std::byte{1});
  const std::vector<std::byte> news(9000, std::byte{2});
  for (const bool power : {false, true}) {
    int failed = 0;
    for (std::uint64_t n = 1;; ++n) {
      const test::TemporaryFolder folder;
      const test::TemporaryFolder trash;
      test::FaultDisk disk(trash.path(), n);
      test::FaultFiles files(disk);
      EmbeddedGallery gallery(test::make_store(folder / "store", 16), folder.path(),
                              make_default_index, files);
      gallery.set_sidecar("notes", old);
      power ? disk.power_off_at(n) : disk.fail_at(n, ENOSPC, true);
      bool done = true;
      try {
        gallery.set_sidecar("notes", news);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kIo);
        done = false;
        ++failed;
      }
      if (power) disk.power_on(test::Tail::kPrefix);
      const auto found = read_file(folder / "notes", 1'000'000);
      if (done && !disk.has_failed()) {
        EXPECT_EQ(found, news);
        break;
      }
      EXPECT_TRUE(found == old || found == news) << "operation " << n;
    }
    EXPECT_GE(failed, 4);
  }
}

}  // namespace
}  // namespace simdb
