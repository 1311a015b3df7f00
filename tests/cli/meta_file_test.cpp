#include "cli/meta_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb::cli {
namespace {

class MetaFileTest : public testing::Test {
 protected:
  MetaFile read(const std::string& text) const {
    std::ofstream(folder_ / "m.jsonl", std::ios::binary) << text;
    return MetaFile(folder_ / "m.jsonl");
  }
  test::TemporaryFolder folder_;
};

TEST_F(MetaFileTest, DescribesImagesByTheirPaths) {
  const MetaFile file = read(
      "{\"path\": \"a/./b.png\", \"key\": \"k\", \"price\": 2}\r\n\n{\"path\": \"c.png\", "
      "\"sold\": "
      "true}");
  ImageLabel label{.class_name = "x", .metadata = {{"price", 1.0}, {"sku", 5.0}}};
  file.describe(std::filesystem::absolute("a/b.png"), label);
  EXPECT_EQ(label.class_name, "x");
  EXPECT_EQ(label.key, "k");
  EXPECT_EQ(label.metadata, (Metadata{{"price", 2.0}, {"sku", 5.0}}));
  ImageLabel other{.class_name = "x"};
  file.describe("b.png", other);
  EXPECT_TRUE(other.key.empty());
  EXPECT_TRUE(other.metadata.empty());
  const std::vector<LabeledPath> images{{"./c.png", "x"}};
  EXPECT_EQ(file.lines_without(images), 1U);
}

TEST_F(MetaFileTest, BadLinesAreNamed) {
  for (const char* text :
       {"[]", "{", "{\"path\": 1}", "{\"sku\": 1}", "{\"path\": \"a\", \"key\": 1}",
        "{\"path\": \"a\", \"list\": [1]}", "{\"path\": \"b\"}"}) {
    const Error error =
        test::error_of([&] { read(std::string("{\"path\": \"b\"}\n") + text + "\n"); });
    EXPECT_EQ(error.code(), ErrorCode::kBadInput) << text;
    EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
  }
  EXPECT_EQ(test::code_of([&] { MetaFile(folder_ / "absent"); }), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace simdb::cli
