// Folders, links and lists of files as people have them.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/integration/cli_fixture.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CliFilesTest : public CliTest {};

TEST_F(CliFilesTest, AFolderWithoutPermissionIsNamedAndTheOthersAdded) {
  const fs::path lost = fs::path(path("shapes")) / "red/lost+found";
  fs::create_directory(lost);
  fs::permissions(lost, fs::perms::none);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"add", "--by-folder", "shapes"},
                                             {"add", "all", "shapes"},
                                             {"query", "shapes"},
                                             {"embed", "shapes"},
                                             {"eval", "shapes"},
                                             {"eval", "held_out", "--open-set", "shapes"}}) {
    const ProcessResult result = simdb_of_a_user(command);
    EXPECT_EQ(result.code, 4) << command[0];
    EXPECT_EQ(result.err, "simdb: left out the folder shapes/red/lost+found: Permission denied\n");
  }
  EXPECT_EQ(items(), 72U);
  const ProcessResult alone = simdb_of_a_user({"query", "shapes/red/lost+found"});
  EXPECT_EQ(alone.code, 6);
  EXPECT_THAT(alone.err, HasSubstr("can't list the folder shapes/red/lost+found"));
  fs::permissions(lost, fs::perms::owner_all);
}

TEST_F(CliFilesTest, FoldersThatLinkToEachOtherAreAddedOnce) {
  for (const std::string from : {"red", "green", "blue"}) {
    for (const std::string to : {"red", "green", "blue"}) {
      fs::create_directory_symlink("../" + to, fs::path(path("shapes")) / from / (to + "s"));
    }
  }
  EXPECT_EQ(simdb({"add", "--by-folder", "shapes"}).out, "added 36 images\n");
  EXPECT_EQ(simdb({"add", "all", "shapes"}).out, "added 36 images\n");
  EXPECT_EQ(simdb({"add", "some", "shapes/red"}).out, "added 36 images\n");
}

}  // namespace
}  // namespace simdb::test
