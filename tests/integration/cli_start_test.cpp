// What a process of the command maps before it does anything: each library takes time at the start
// and is code that meets hostile bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/run_process.h"

namespace simdb {
namespace {

TEST(CliStartTest, MapsFewLibraries) {
  const auto listed = test::run_process({"/usr/bin/env", "ldd", SIMDB_PROGRAM});
  ASSERT_EQ(listed.code, 0) << listed.err;
  EXPECT_LE(std::count(listed.out.begin(), listed.out.end(), '\n'), 45) << listed.out;
  EXPECT_NE(listed.out.find("libopencv_dnn"), std::string::npos) << listed.out;
  for (const char* library : {"libopencv_imgcodecs", "libopencv_highgui", "libgdal", "libtorch"}) {
    EXPECT_EQ(listed.out.find(library), std::string::npos) << library << "\n" << listed.out;
  }
}

}  // namespace
}  // namespace simdb
