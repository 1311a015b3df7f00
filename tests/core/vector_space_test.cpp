#include "core/vector_space.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb {
namespace {

using test::code_of;

TEST(VectorSpaceTest, ItsDescriptionIsWhatFilesHold) {
  EXPECT_EQ(description_of({"clip-vit-b32", 768}), "simdb space\n768\nclip-vit-b32");
}

TEST(VectorSpaceTest, HasANameAndADimension) {
  EXPECT_NO_THROW(require_valid({"a", 1}));
  EXPECT_NO_THROW(require_valid({"sound of the sea, é", 4096}));
  for (const std::string& name :
       {std::string(), std::string("a\nb"), std::string("\xFF"), std::string(1025, 'a')}) {
    EXPECT_EQ(code_of([&] { require_valid({name, 16}); }), ErrorCode::kBadInput) << name;
  }
  for (const std::size_t dimension : {0, 4097}) {
    EXPECT_EQ(code_of([&] { require_valid({"a", dimension}); }), ErrorCode::kUsage);
  }
}

}  // namespace
}  // namespace simdb
