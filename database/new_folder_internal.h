#pragma once

#include <filesystem>

namespace simdb {

/// The folder of a database that is being made. Thread-compatible.
class NewFolder {
 public:
  /// Makes `folder`, whose name is durable then, or accepts an empty one. Throws Error(kUsage) if
  /// there is something in it, Error(kNotFound) if its parent does not exist, Error(kIo).
  explicit NewFolder(const std::filesystem::path& folder);
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  /// Removes what a failed creation left, so that it can be tried again.
  ~NewFolder();
  void keep() { to_remove_.clear(); }

 private:
  std::filesystem::path to_remove_;
};

}  // namespace simdb
