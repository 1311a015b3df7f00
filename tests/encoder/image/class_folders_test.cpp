#include "simdb/class_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/class_name.h"
#include "core/file_io.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/without_privileges.h"

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

// 7 of them took a second, 8 had no end.
TEST_F(ClassFoldersTest, FoldersThatAllLinkToEachOtherAreReadOnce) {
  constexpr int kFolders = 40;
  for (int i = 0; i < kFolders; ++i) {
    const fs::path name = std::to_string(i);
    touch(name / "1.png");
    for (int to = 0; to < kFolders; ++to) {
      fs::create_directory_symlink(folder_ / std::to_string(to),
                                   folder_ / name / std::to_string(1000 + to));
    }
  }
  EXPECT_EQ(images_beneath(folder_.path()).size(), std::size_t{kFolders});
  const std::vector<ClassFolder> classes = find_class_folders(folder_.path());
  ASSERT_EQ(classes.size(), std::size_t{kFolders});
  for (const ClassFolder& entry : classes) {
    ASSERT_EQ(entry.images.size(), 1U);
    EXPECT_EQ(entry.images[0].parent_path().filename(), entry.name) << "under a link's name";
  }
}

TEST_F(ClassFoldersTest, ALinkDoesNotLeadAboveTheNamedFolder) {
  touch("p/d/c1/1.png");
  touch("p/private/2.png");
  touch("elsewhere/pool/3.png");
  touch("elsewhere/4.png");
  fs::create_directory_symlink("../..", folder_ / "p/d/c1/up");
  fs::create_directory_symlink("..", folder_ / "elsewhere/pool/up");
  fs::create_directory_symlink(folder_ / "p", folder_ / "elsewhere/pool/round");
  fs::create_directory_symlink("../../elsewhere/pool", folder_ / "p/d/c2");
  fs::create_directory_symlink("p/d", folder_ / "link");
  for (const std::string named : {"p/d", "p/d/", "link", "p/private/../d"}) {
    std::vector<std::string> names;
    for (const fs::path& image : images_beneath(folder_ / named)) {
      names.push_back(image.lexically_relative(folder_ / named).string());
    }
    EXPECT_THAT(names, ElementsAre("c1/1.png", "c2/3.png")) << named;
  }
}

TEST_F(ClassFoldersTest, AFolderOnlyLinksLeadToIsReadOnce) {
  const test::TemporaryFolder elsewhere;
  fs::create_directory(elsewhere / "far");
  write_file_atomic(elsewhere / "far/1.png", std::string_view("x"));
  fs::create_directory_symlink(elsewhere / "far", folder_ / "b");
  fs::create_directory_symlink(elsewhere / "far", folder_ / "a");
  fs::create_directory_symlink(elsewhere.path(), folder_ / "c");
  EXPECT_THAT(find(), ElementsAre("a: a/1.png", "c:"));
}

TEST_F(ClassFoldersTest, AFolderThatMayNotBeListedIsToldAndLeftOut) {
  const test::WithoutPrivileges user;
  touch("a/1.png");
  touch("a/lost/2.png");
  touch("b/3.png");
  fs::permissions(folder_ / "a/lost", fs::perms::none);
  std::vector<std::string> told;
  const FolderSkipped skipped = [&](const fs::path& folder, const std::string& reason) {
    told.push_back(below(folder) + ": " + reason);
  };
  EXPECT_EQ(images_beneath(folder_.path(), skipped).size(), 2U);
  EXPECT_EQ(find_class_folders(folder_.path(), ClassLevel::kAuto, skipped).size(), 2U);
  EXPECT_THAT(told, ElementsAre("a/lost: Permission denied", "a/lost: Permission denied"));
  EXPECT_EQ(code_of([&] { images_beneath(folder_.path()); }), ErrorCode::kIo);
  EXPECT_EQ(code_of([&] { images_beneath(folder_ / "a/lost", skipped); }), ErrorCode::kIo)
      << "the named folder itself";
  fs::permissions(folder_ / "a/lost", fs::perms::owner_all);
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
