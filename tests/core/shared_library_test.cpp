#include "core/shared_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace simdb {
namespace {

using testing::HasSubstr;

TEST(SharedLibraryTest, FindsFunctions) {
  SharedLibrary library("libm.so.6");
  double (*cosine)(double) = nullptr;
  library.load(cosine, "cos");
  ASSERT_TRUE(library.is_complete()) << library.problem();
  EXPECT_EQ(cosine(0), 1);
}

TEST(SharedLibraryTest, NamesTheFirstThatIsMissing) {
  SharedLibrary library("libm.so.6");
  double (*function)(double) = nullptr;
  library.load(function, "simdb_has_not_this");
  library.load(function, "nor_this");
  EXPECT_FALSE(library.is_complete());
  EXPECT_THAT(library.problem(), HasSubstr("simdb_has_not_this"));
  library.load(function, "cos");
  EXPECT_FALSE(library.is_complete());
}

TEST(SharedLibraryTest, SaysThatThereIsNone) {
  SharedLibrary library("libsimdb_is_not_there.so.1");
  int (*function)() = nullptr;
  library.load(function, "anything");
  EXPECT_FALSE(library.is_complete());
  EXPECT_EQ(function, nullptr);
  EXPECT_THAT(library.problem(), HasSubstr("libsimdb_is_not_there.so.1"));
}

}  // namespace
}  // namespace simdb
