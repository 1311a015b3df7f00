#pragma once

#include "core/file_system.h"
#include "tests/support/fault_disk.h"

namespace simdb::test {

/// The files that simdb writes itself (the index snapshot, a backup) on a FaultDisk, which must
/// outlive it. Thread-safe.
class FaultFiles final : public FileSystem {
 public:
  explicit FaultFiles(FaultDisk& disk) : disk_(disk) {}

  std::unique_ptr<OutputFile> create(const std::string& path,
                                     std::optional<unsigned> permissions) override;
  bool rename(const std::string& from, const std::string& to) override;
  bool remove(const std::string& path) override;
  bool sync_folder(const std::string& path) override;

 private:
  FaultDisk& disk_;
};

}  // namespace simdb::test
