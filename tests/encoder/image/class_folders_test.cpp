#include "simdb/class_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/class_name.h"
#include "core/file_io.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using test::code_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ClassFoldersTest : public ::testing::Test {
 protected:
  void touch(const fs::path& name) const {
    fs::create_directories((folder_ / name).parent_path());
    write_file_atomic(folder_ / name, std::string_view("x"));
  }
  std::string below(const fs::path& path) const {
    return path.lexically_relative(folder_.path()).string();
  }
  // "name: image image", one per class.
  std::vector<std::string> find(ClassLevel level = ClassLevel::kAuto) const {
    std::vector<std::string> found;
    for (const ClassFolder& entry : find_class_folders(folder_.path(), level)) {
      std::string text = entry.name + ":";
      for (const fs::path& image : entry.images) text.append(" ").append(below(image));
      found.push_back(text);
    }
    return found;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ClassFoldersTest, SubFoldersWithImagesAreClasses) {
  touch("red/2.png");
  touch("red/deep/1.png");
  touch("blue/3.PNG");
  touch("blue/notes.txt");
  touch("stray.png");
  touch(".cache/4.png");
  touch("blue/.5.png");
  fs::create_directories(folder_ / "empty");
  const auto top = {"blue: blue/3.PNG", "empty:", "red: red/2.png red/deep/1.png"};
  EXPECT_THAT(find(), ::testing::ElementsAreArray(top));
  EXPECT_THAT(find(ClassLevel::kTop), ::testing::ElementsAreArray(top));
  EXPECT_THAT(find(ClassLevel::kLeaf),
              ElementsAre("blue: blue/3.PNG", "red: red/2.png", "red/deep: red/deep/1.png"));
}

TEST_F(ClassFoldersTest, ImagesThatLieDeeperMakeLeavesClasses) {
  touch("Latin/b/1.png");
  touch("Latin/a/1.png");
  touch("Greek/old/c/1.png");
  fs::create_directories(folder_ / "empty");
  EXPECT_THAT(find(), ElementsAre("Greek/old/c: Greek/old/c/1.png", "Latin/a: Latin/a/1.png",
                                  "Latin/b: Latin/b/1.png"));
  EXPECT_THAT(find(ClassLevel::kTop), ElementsAre("Greek: Greek/old/c/1.png",
                                                  "Latin: Latin/a/1.png Latin/b/1.png", "empty:"));
  const auto classes = find_class_folders(folder_.path());
  EXPECT_EQ(classes[0].parent, "Greek/old");
  EXPECT_EQ(classes[1].parent, "Latin");
  EXPECT_EQ(below(classes[1].path), "Latin/a");
  for (const ClassFolder& entry : classes) EXPECT_NO_THROW(require_class_name(entry.name));
}

TEST_F(ClassFoldersTest, OneImageInADirectSubFolderMakesTheTopClasses) {
  touch("Latin/a/1.png");
  touch("Greek/1.png");
  EXPECT_THAT(find(), ElementsAre("Greek: Greek/1.png", "Latin: Latin/a/1.png"));
}

TEST_F(ClassFoldersTest, NamesAreInByteOrder) {
  touch("a/x/1.png");
  touch("a-b/x/1.png");
  EXPECT_THAT(find(), ElementsAre("a-b/x: a-b/x/1.png", "a/x: a/x/1.png"));
}

TEST_F(ClassFoldersTest, NothingIsAnEmptyList) {
  EXPECT_THAT(find(), IsEmpty());
  touch("stray.png");
  EXPECT_THAT(find(), IsEmpty());
  EXPECT_THAT(find(ClassLevel::kLeaf), IsEmpty());
}

TEST_F(ClassFoldersTest, LinksAreFollowedButNotBack) {
  const test::TemporaryFolder elsewhere;
  write_file_atomic(elsewhere / "far.png", std::string_view("x"));
  touch("a/1.png");
  fs::create_symlink(elsewhere / "far.png", folder_ / "a/link.png");
  fs::create_symlink(folder_ / "missing.png", folder_ / "a/dangling.png");
  fs::create_directory_symlink(elsewhere.path(), folder_ / "b");
  fs::create_directory_symlink(folder_.path(), folder_ / "a/up");
  fs::create_directory_symlink(folder_ / "a", folder_ / "a/self");
  EXPECT_THAT(find(), ElementsAre("a: a/1.png a/dangling.png a/link.png", "b: b/far.png"));
}

TEST_F(ClassFoldersTest, AMissingFolderAndAFileAreTold) {
  touch("file.png");
  EXPECT_EQ(code_of([&] { find_class_folders(folder_ / "missing"); }), ErrorCode::kNotFound);
  EXPECT_EQ(code_of([&] { find_class_folders(folder_ / "file.png"); }), ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { images_beneath(folder_ / "missing"); }), ErrorCode::kIo);
}

TEST_F(ClassFoldersTest, LevelsHaveNames) {
  EXPECT_EQ(parse_class_level("auto"), ClassLevel::kAuto);
  EXPECT_EQ(parse_class_level("top"), ClassLevel::kTop);
  EXPECT_EQ(parse_class_level("leaf"), ClassLevel::kLeaf);
  EXPECT_EQ(code_of([] { parse_class_level("middle"); }), ErrorCode::kUsage);
}

}  // namespace
}  // namespace simdb
