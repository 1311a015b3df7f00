#include "simdb/image_paths.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "simdb/error.h"
#include "tests/support/broken_input.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

class ImagePathsTest : public testing::Test {
 protected:
  void touch(const std::string& name) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "x";
  }
  // Paths relative to the folder, for comparing.
  std::vector<std::string> expand(const std::vector<std::string>& names,
                                  const std::string& input = "", char end = '\n') const {
    std::istringstream in(input);
    std::vector<std::string> paths;
    for (const std::string& name : names)
      paths.push_back(name == "-" ? name : (folder_ / name).string());
    std::vector<std::string> result;
    for (const auto& path : expand_paths(paths, {.in = in, .end = end})) {
      result.push_back(path.lexically_normal().lexically_relative(folder_.path()).string());
    }
    return result;
  }
  static ErrorCode code_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& e) {
      return e.code();
    }
    return ErrorCode::kInternal;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ImagePathsTest, AListThatBreaksOffIsNoList) {
  test::BrokenInput broken("a.png\nb.png\n");
  std::istream in(&broken);
  const std::vector<std::string> list = {"-"};
  EXPECT_EQ(code_of([&] { expand_paths(list, {.in = in}); }), ErrorCode::kIo);
}

TEST_F(ImagePathsTest, FoldersGiveTheirImagesSorted) {
  touch("b.PNG");
  touch("sub/a.jpeg");
  touch("notes.txt");
  touch(".hidden.png");
  touch(".git/object.png");
  EXPECT_EQ(expand({"."}), (std::vector<std::string>{"b.PNG", "sub/a.jpeg"}));
}

TEST_F(ImagePathsTest, FilesAreTakenWhateverTheirName) {
  touch("picture");
  EXPECT_EQ(expand({"picture", "missing.png"}),
            (std::vector<std::string>{"picture", "missing.png"}));
}

TEST_F(ImagePathsTest, ListOnStandardInput) {
  const std::string list = (folder_ / "a.png").string() + "\r\n\n" + (folder_ / "b c.png").string();
  EXPECT_EQ(expand({"-"}, list), (std::vector<std::string>{"a.png", "b c.png"}));
  EXPECT_EQ(code_of([&] { expand({"-"}, "\n"); }), ErrorCode::kBadInput);
}

TEST_F(ImagePathsTest, AByteOrderMarkIsNoPartOfAPath) {
  EXPECT_EQ(expand({"-"}, "\xEF\xBB\xBF" + (folder_ / "a.png").string() + "\n"),
            (std::vector<std::string>{"a.png"}));
}

TEST_F(ImagePathsTest, PathsThatEndInNulMayHoldAnyOtherByte) {
  const std::vector<std::string> names = {"a\nb.png", "c.png\r", " d.png"};
  std::string list;
  for (const std::string& name : names) list += (folder_ / name).string() + '\0';
  EXPECT_EQ(expand({"-"}, list, '\0'), names);
  list.pop_back();
  EXPECT_EQ(expand({"-"}, list + '\0' + '\0', '\0'), names) << "nothing is no path";
  EXPECT_EQ(expand({"-"}, list, '\0'), names) << "the last one has no end";
}

TEST_F(ImagePathsTest, FolderWithoutImagesIsAnError) {
  touch("notes.txt");
  EXPECT_EQ(code_of([&] { expand({"."}); }), ErrorCode::kBadInput);
}

TEST_F(ImagePathsTest, SubFoldersAreClasses) {
  touch("red/2.png");
  touch("red/deep/1.png");
  touch("blue/3.png");
  touch("stray.png");
  touch(".cache/4.png");
  const std::vector<LabeledPath> files = labeled_paths(folder_.path());
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].class_name, "blue");
  EXPECT_EQ(files[1].class_name, "red");
  EXPECT_EQ(files[1].path.filename(), "2.png");
  EXPECT_EQ(files[2].path.filename(), "1.png");
}

TEST_F(ImagePathsTest, NestedClassesCarryTheirPath) {
  touch("Latin/a/1.png");
  touch("Greek/b/2.png");
  const std::vector<LabeledPath> leaves = labeled_paths(folder_.path());
  ASSERT_EQ(leaves.size(), 2U);
  EXPECT_EQ(leaves[0].class_name, "Greek/b");
  EXPECT_EQ(leaves[1].class_name, "Latin/a");
  EXPECT_EQ(labeled_paths(folder_.path(), ClassLevel::kTop)[0].class_name, "Greek");
}

TEST_F(ImagePathsTest, LabeledFolderMustHoldClasses) {
  EXPECT_EQ(code_of([&] { labeled_paths(folder_.path()); }), ErrorCode::kBadInput);
  EXPECT_EQ(code_of([&] { labeled_paths(folder_ / "missing"); }), ErrorCode::kNotFound);
  touch("file.png");
  EXPECT_EQ(code_of([&] { labeled_paths(folder_ / "file.png"); }), ErrorCode::kBadInput);
}

}  // namespace
}  // namespace simdb
