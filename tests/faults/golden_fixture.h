#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "simdb/digest.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {

/// The folders of tests/data/golden, oldest first.
inline std::vector<std::filesystem::path> golden_versions() {
  std::vector<std::filesystem::path> versions;
  for (const auto& entry : std::filesystem::directory_iterator(SIMDB_GOLDEN)) {
    if (entry.is_directory()) versions.push_back(entry.path());
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

/// The format version of the store in such a folder.
inline std::uint64_t golden_version_of(const std::filesystem::path& folder) {
  const std::string name = folder.filename();
  return std::stoull(name.substr(name.find('-') + 1));
}
inline constexpr std::uint64_t kNewestStoreVersion = 3;

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// Every name below a folder, with the digest of the file.
inline std::map<std::string, std::string> content_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::string& digest = content[std::filesystem::relative(entry.path(), folder)];
    if (entry.is_regular_file()) {
      const std::string text = read_text(entry.path());
      digest = to_hex(sha256(std::as_bytes(std::span(text))));
    }
  }
  return content;
}

/// What the tests did, for the line of the table.
struct GoldenCounts {
  std::uint64_t answers = 0;  ///< texts that were the same
  std::uint64_t refused = 0;  ///< newer files
  std::uint64_t noticed = 0;  ///< what the controls changed
};
inline GoldenCounts& golden_counts() {
  static GoldenCounts all;
  return all;
}

/// A copy of a golden database in a folder of its own.
class GoldenCopy {
 public:
  explicit GoldenCopy(std::filesystem::path version) : version_(std::move(version)) {
    std::filesystem::copy(version_ / "database", database(),
                          std::filesystem::copy_options::recursive);
  }
  std::filesystem::path database() const { return folder_ / "database"; }
  std::filesystem::path golden(const char* name) const { return version_ / name; }
  std::string operator/(const char* name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path version_;
  TemporaryFolder folder_;
};

}  // namespace simdb::test
