#include "tests/support/fault_fs.h"

#include <rocksdb/system_clock.h>

#include <cerrno>
#include <cstring>

namespace simdb::test {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus status_of(int error, const std::string& path) {
  if (error == 0) return IOStatus::OK();
  if (error == ENOSPC) return IOStatus::NoSpace(path, "No space left on device");
  if (error == ENOENT) return IOStatus::PathNotFound(path, "No such file or directory");
  return IOStatus::IOError(path, std::strerror(error));
}

// Lets the disk decide whether `call` happens; its own failure comes out as it is.
template <typename Operation, typename Call>
IOStatus through(const std::string& path, Operation&& operation, Call&& call) {
  IOStatus status;
  const int error = operation([&] {
    status = call();
    return status.ok() ? 0 : EIO;
  });
  return status.ok() ? status_of(error, path) : status;
}

class FaultWritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultWritableFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, FaultDisk& disk,
                    std::shared_ptr<FaultDisk::Node> node)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), node_(std::move(node)) {}

  using FSWritableFileOwnerWrapper::Append;
  using FSWritableFileOwnerWrapper::PositionedAppend;

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status;
    const int error = disk_.append(*node_, data.size(), [&](std::size_t bytes) {
      status = target()->Append(Slice(data.data(), bytes), options, debug);
      return status.ok() ? 0 : EIO;
    });
    return status.ok() ? status_of(error, node_->path) : status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& /*info*/, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus PositionedAppend(const Slice&, std::uint64_t, const IOOptions&,
                            IODebugContext*) override {
    return IOStatus::NotSupported("FaultFs writes files from start to end");
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    return through(
        node_->path, [&](const auto& real) { return disk_.truncate(*node_, size, real); },
        [&] { return target()->Truncate(size, options, debug); });
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return through(
        node_->path, [&](const auto& real) { return disk_.close(*node_, real); },
        [&] { return target()->Close(options, debug); });
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return through(
        node_->path, [&](const auto& real) { return disk_.sync(*node_, real); },
        // The real file's own sync would cost time and prove nothing.
        [&] { return target()->Flush(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  // A hint to begin writing: no promise.
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  FaultDisk& disk_;
  const std::shared_ptr<FaultDisk::Node> node_;
};

class FaultSequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  FaultSequentialFile(std::unique_ptr<rocksdb::FSSequentialFile>&& file, FaultDisk& disk,
                      std::string path)
      : FSSequentialFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

  IOStatus Read(std::size_t n, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    return through(
        path_, [&](const auto& real) { return disk_.look("read " + path_, real); },
        [&] { return target()->Read(n, options, result, scratch, debug); });
  }

 private:
  FaultDisk& disk_;
  const std::string path_;
};

class FaultRandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultRandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile>&& file, FaultDisk& disk,
                        std::string path)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) const override {
    return through(
        path_, [&](const auto& real) { return disk_.look("read " + path_, real); },
        [&] { return target()->Read(offset, n, options, result, scratch, debug); });
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const IOOptions& options,
                     IODebugContext* debug) override {
    return rocksdb::FSRandomAccessFile::MultiRead(requests, count, options, debug);
  }
  IOStatus Prefetch(std::uint64_t, std::size_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::NotSupported("Prefetch");
  }

 private:
  FaultDisk& disk_;
  const std::string path_;
};

class FaultFolder final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultFolder(std::unique_ptr<rocksdb::FSDirectory>&& folder, FaultDisk& disk, std::string path)
      : FSDirectoryWrapper(std::move(folder)), disk_(disk), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return status_of(disk_.sync_folder(path_, [] { return 0; }), path_);
  }
  // The plain one may skip the sync where a file system needs none.
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  FaultDisk& disk_;
  const std::string path_;
};

// RocksDB sleeps for a second after a failed flush, in case the disk gets well.
class SleeplessClock final : public rocksdb::SystemClockWrapper {
 public:
  SleeplessClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "SleeplessClock"; }
  void SleepForMicroseconds(int /*micros*/) override { target_->SleepForMicroseconds(100); }
};

class FaultEnv final : public rocksdb::EnvWrapper {
 public:
  explicit FaultEnv(std::unique_ptr<rocksdb::Env>&& env) : EnvWrapper(std::move(env)) {
    system_clock_ = std::make_shared<SleeplessClock>();
  }
};

}  // namespace

FaultFs::FaultFs(FaultDisk& disk)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}

IOStatus FaultFs::NewSequentialFile(const std::string& path, const FileOptions& options,
                                    std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                    IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSSequentialFile> opened;
  const IOStatus status = through(
      path, [&](const auto& real) { return disk_.look("open " + path, real); },
      [&] { return target()->NewSequentialFile(path, options, &opened, debug); });
  if (status.ok()) *file = std::make_unique<FaultSequentialFile>(std::move(opened), disk_, path);
  return status;
}

IOStatus FaultFs::NewRandomAccessFile(const std::string& path, const FileOptions& options,
                                      std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                      IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSRandomAccessFile> opened;
  const IOStatus status = through(
      path, [&](const auto& real) { return disk_.look("open " + path, real); },
      [&] { return target()->NewRandomAccessFile(path, options, &opened, debug); });
  if (status.ok()) *file = std::make_unique<FaultRandomAccessFile>(std::move(opened), disk_, path);
  return status;
}

IOStatus FaultFs::NewWritableFile(const std::string& path, const FileOptions& options,
                                  std::unique_ptr<rocksdb::FSWritableFile>* file,
                                  IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  std::shared_ptr<FaultDisk::Node> node;
  const IOStatus status = through(
      path, [&](const auto& real) { return disk_.create(path, node, real); },
      [&] { return target()->NewWritableFile(path, options, &opened, debug); });
  if (status.ok()) {
    *file = std::make_unique<FaultWritableFile>(std::move(opened), disk_, std::move(node));
  }
  return status;
}

IOStatus FaultFs::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                     std::unique_ptr<rocksdb::FSWritableFile>* file,
                                     IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  std::shared_ptr<FaultDisk::Node> node;
  const IOStatus status = through(
      path, [&](const auto& real) { return disk_.reopen(path, node, real); },
      [&] { return target()->ReopenWritableFile(path, options, &opened, debug); });
  if (status.ok()) {
    *file = std::make_unique<FaultWritableFile>(std::move(opened), disk_, std::move(node));
  }
  return status;
}

// simdb uses neither of these; a new version of RocksDB that did would pass the model by.
IOStatus FaultFs::ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                                    std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) {
  return IOStatus::NotSupported("FaultFs: ReuseWritableFile");
}
IOStatus FaultFs::NewRandomRWFile(const std::string&, const FileOptions&,
                                  std::unique_ptr<rocksdb::FSRandomRWFile>*, IODebugContext*) {
  return IOStatus::NotSupported("FaultFs: NewRandomRWFile");
}

IOStatus FaultFs::NewDirectory(const std::string& path, const IOOptions& options,
                               std::unique_ptr<rocksdb::FSDirectory>* folder,
                               IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> opened;
  const IOStatus status = through(
      path, [&](const auto& real) { return disk_.look("open " + path, real); },
      [&] { return target()->NewDirectory(path, options, &opened, debug); });
  if (status.ok()) *folder = std::make_unique<FaultFolder>(std::move(opened), disk_, path);
  return status;
}

IOStatus FaultFs::GetChildren(const std::string& path, const IOOptions& options,
                              std::vector<std::string>* children, IODebugContext* debug) {
  return through(
      path, [&](const auto& real) { return disk_.look("list " + path, real); },
      [&] { return target()->GetChildren(path, options, children, debug); });
}

IOStatus FaultFs::GetFileSize(const std::string& path, const IOOptions& options,
                              std::uint64_t* size, IODebugContext* debug) {
  return through(
      path, [&](const auto& real) { return disk_.look("size of " + path, real); },
      [&] { return target()->GetFileSize(path, options, size, debug); });
}

IOStatus FaultFs::DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) {
  return status_of(disk_.remove(path), path);
}

IOStatus FaultFs::RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                             IODebugContext*) {
  return status_of(disk_.rename(from, to), from);
}

IOStatus FaultFs::LinkFile(const std::string&, const std::string&, const IOOptions&,
                           IODebugContext*) {
  return IOStatus::NotSupported("FaultFs: LinkFile");
}

std::unique_ptr<rocksdb::Env> make_fault_env(FaultDisk& disk) {
  return std::make_unique<FaultEnv>(rocksdb::NewCompositeEnv(std::make_shared<FaultFs>(disk)));
}

}  // namespace simdb::test
