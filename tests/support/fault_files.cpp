#include "tests/support/fault_files.h"

#include <cerrno>

namespace simdb::test {
namespace {

bool ok(int error) {
  if (error != 0) errno = error;
  return error == 0;
}

class FaultFile final : public FileSystem::OutputFile {
 public:
  FaultFile(FaultDisk& disk, std::shared_ptr<FaultDisk::Node> node,
            std::unique_ptr<FileSystem::OutputFile> file)
      : disk_(disk), node_(std::move(node)), file_(std::move(file)) {}

  bool append(std::span<const std::byte> bytes) override {
    return ok(disk_.append(*node_, bytes.size(), [&](std::size_t count) {
      return file_->append(bytes.first(count)) ? 0 : errno;
    }));
  }
  bool sync() override {
    return ok(disk_.sync(*node_, [] { return 0; }));
  }
  bool close() override {
    return ok(disk_.close(*node_, [&] { return file_->close() ? 0 : errno; }));
  }

 private:
  FaultDisk& disk_;
  const std::shared_ptr<FaultDisk::Node> node_;
  const std::unique_ptr<FileSystem::OutputFile> file_;
};

}  // namespace

std::unique_ptr<FileSystem::OutputFile> FaultFiles::create(const std::string& path,
                                                           std::optional<unsigned> permissions) {
  std::shared_ptr<FaultDisk::Node> node;
  std::unique_ptr<OutputFile> file;
  const int error = disk_.create(path, node, [&] {
    file = system_files().create(path, permissions);
    return file ? 0 : errno;
  });
  if (!ok(error)) return nullptr;
  return std::make_unique<FaultFile>(disk_, std::move(node), std::move(file));
}

bool FaultFiles::rename(const std::string& from, const std::string& to) {
  return ok(disk_.rename(from, to));
}

bool FaultFiles::remove(const std::string& path) { return ok(disk_.remove(path)); }

bool FaultFiles::sync_folder(const std::string& path) {
  return ok(disk_.sync_folder(path, [] { return 0; }));
}

}  // namespace simdb::test
