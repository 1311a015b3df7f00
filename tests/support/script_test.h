#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace simdb::test {

/// For tests that put a program of their own in the place of one that simdb starts.
class ScriptTest : public testing::Test {
 protected:
  /// A program that executes these commands of the shell; there is one at a time.
  std::filesystem::path program(const std::string& commands) const {
    const std::filesystem::path path = folder_ / "program";
    std::ofstream(path) << "#!/bin/sh\n" << commands << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }

  TemporaryFolder folder_;
};

}  // namespace simdb::test
