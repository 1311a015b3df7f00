#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/models.h"
#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {

/// Runs the real `simdb` in a temporary folder that holds drawn images (shapes/, held_out/), an
/// encoder with random weights (net.onnx) and a database (db) around it.
class CliTest : public testing::Test {
 protected:
  void SetUp() override {
    write("net.onnx", random_model_file(16, 1));
    ASSERT_EQ(simdb({"sample-data", "shapes", "--count", "4"}).code, 0);
    ASSERT_EQ(simdb({"sample-data", "held_out", "--count", "2", "--seed", "2"}).code, 0);
    ASSERT_EQ(simdb({"init", "--encoder", "net.onnx"}).code, 0);
  }

  ProcessResult simdb(std::vector<std::string> args, ProcessOptions options = {}) const {
    args.insert(args.begin(), SIMDB_PROGRAM);
    if (options.folder.empty()) options.folder = folder_.path();
    options.environment.emplace("SIMDB_DB", (folder_ / "db").string());
    return run_process(args, options);
  }

  /// As somebody for whom the permissions of files hold, even where the tests run as root.
  ProcessResult simdb_of_a_user(std::vector<std::string> args, ProcessOptions options = {}) const {
    std::vector<std::string> command = {SIMDB_PROGRAM};
    if (::geteuid() == 0) {
      command = {"/usr/bin/setpriv", "--bounding-set=-dac_override,-dac_read_search",
                 SIMDB_PROGRAM};
    }
    command.insert(command.end(), args.begin(), args.end());
    options.folder = folder_.path();
    options.environment.emplace("SIMDB_DB", (folder_ / "db").string());
    return run_process(command, options);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  void write(const std::string& name, const std::vector<std::byte>& bytes) const {
    std::ofstream file(path(name), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }

  static std::vector<nlohmann::json> json_lines(const std::string& text) {
    std::vector<nlohmann::json> lines;
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', begin)) {
      lines.push_back(nlohmann::json::parse(text.substr(begin, end - begin)));
      begin = end + 1;
    }
    return lines;
  }

  std::size_t items() const { return json_lines(simdb({"stats", "--json"}).out).at(0)["items"]; }

  TemporaryFolder folder_;
};

}  // namespace simdb::test
