#pragma once

#include <filesystem>

namespace simdb::test {

/// A new empty folder of its own, removed with everything in it at the end of its life. Tests run
/// in parallel and must not share one.
class TemporaryFolder {
 public:
  /// Throws std::filesystem::filesystem_error if the system refuses.
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace simdb::test
