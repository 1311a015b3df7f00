#include "core/file_io.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

#include "core/file_descriptor_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kBufferBytes = 64UL << 10;

// Two threads may replace the same file: each writes to its own.
std::uint64_t next_number() {
  static std::atomic<std::uint64_t> next = 1;
  return next++;
}

// The shared library that holds this code; empty where it is part of the program itself.
std::filesystem::path own_library() {
  Dl_info info{};
  link_map* map = nullptr;
  auto* here = reinterpret_cast<void*>(&next_number);
  if (::dladdr1(here, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0) return {};
  std::error_code error;
  return std::filesystem::canonical(map->l_name, error);  // the program's name is empty
}

}  // namespace

std::filesystem::path followed(std::filesystem::path path) {
  constexpr int kMostLinks = 40;  // the system's own limit
  std::error_code error;
  for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(path, error); ++i) {
    const std::filesystem::path target = std::filesystem::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / target;
  }
  return path;
}

// Removes the temporary file unless it was renamed into place.
class AtomicFile::TemporaryFile {
 public:
  TemporaryFile(const std::filesystem::path& target, FileSystem& files,
                std::optional<unsigned> permissions)
      : files_(files),
        path_(target.string() + ".tmp." + std::to_string(::getpid()) + "." +
              std::to_string(next_number())),
        file_(files.create(path_, permissions)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (file_ && !renamed_) files_.remove(path_);
  }

  bool is_open() const { return file_ != nullptr; }
  bool append(std::span<const std::byte> bytes) { return file_->append(bytes); }
  bool sync_and_rename(const std::filesystem::path& target) {
    if (!file_->sync() || !file_->close()) return false;
    renamed_ = files_.rename(path_, target.string());
    return renamed_;
  }

 private:
  FileSystem& files_;
  std::string path_;
  std::unique_ptr<FileSystem::OutputFile> file_;
  bool renamed_ = false;
};

std::filesystem::path absolute_path(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) {
    throw Error(
        error == std::errc::no_such_file_or_directory ? ErrorCode::kNotFound : ErrorCode::kIo,
        "can't tell where " + path.string() + " is: the current folder can't be found: " +
            error.message() + "; change to another one");
  }
  return absolute;
}

std::filesystem::path program_folder() {
  std::error_code error;
  for (std::filesystem::path at = own_library(); at.has_relative_path();) {
    at = at.parent_path();
    if (std::filesystem::is_directory(at / "share/simdb", error)) return at / "bin";
  }
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const RegularFile file(path);
  const auto too_large = [&](std::uint64_t size) {
    return Error(ErrorCode::kBadInput, "can't read " + path.string() + ": it has " +
                                           std::to_string(size) + " bytes, the limit is " +
                                           std::to_string(max_bytes));
  };
  const std::uint64_t expected = file.size();
  if (expected > max_bytes) throw too_large(expected);

  // One byte more than expected: the read that returns 0 then proves the end without growing the
  // buffer.
  std::vector<std::byte> bytes(expected + 1);
  std::size_t size = 0;
  while (true) {
    if (size == bytes.size()) bytes.resize(2 * bytes.size());
    const ssize_t count = ::read(file.descriptor(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      throw Error(ErrorCode::kIo, "can't read " + path.string() + ": " + system_reason());
    }
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > max_bytes) throw too_large(size);
  }
  bytes.resize(size);
  return bytes;
}

InputFile::InputFile(std::filesystem::path path)
    : path_(std::move(path)), file_(std::make_unique<RegularFile>(path_)) {}

InputFile::~InputFile() = default;

std::size_t InputFile::read(std::span<std::byte> to) {
  std::size_t done = 0;
  while (done < to.size()) {
    if (next_ == buffer_.size() && !fill()) break;
    const std::size_t count = std::min(to.size() - done, buffer_.size() - next_);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(next_), count,
                to.begin() + static_cast<std::ptrdiff_t>(done));
    next_ += count;
    done += count;
  }
  return done;
}

bool InputFile::fill() {
  next_ = 0;
  buffer_.resize(kBufferBytes);
  ssize_t count = 0;
  do {
    count = ::read(file_->descriptor(), buffer_.data(), buffer_.size());
  } while (count < 0 && errno == EINTR);
  buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
  if (count < 0) {
    throw Error(ErrorCode::kIo, "can't read " + path_.string() + ": " + system_reason());
  }
  return count > 0;
}

void InputFile::rewind() {
  buffer_.clear();
  next_ = 0;
  if (::lseek(file_->descriptor(), 0, SEEK_SET) != 0) {
    throw Error(ErrorCode::kIo, "can't read " + path_.string() + ": " + system_reason());
  }
}

AtomicFile::AtomicFile(std::filesystem::path path, FileSystem& files)
    : path_(followed(std::move(path))), files_(files) {
  constexpr unsigned kPermissions = 0777;
  struct stat status = {};
  const bool is_there = ::stat(path_.c_str(), &status) == 0;
  if (is_there && !S_ISREG(status.st_mode)) {
    // A rename would replace /dev/null itself.
    throw Error(ErrorCode::kIo, "can't write " + path_.string() + ": it is " +
                                    std::string(kind_of(status.st_mode)) + ", not a regular file");
  }
  std::optional<unsigned> permissions;
  if (is_there) permissions = status.st_mode & kPermissions;
  file_ = std::make_unique<TemporaryFile>(path_, files_, permissions);
  if (!file_->is_open()) fail();
}

AtomicFile::~AtomicFile() = default;

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() > kBufferBytes) {
    if (!file_->append(bytes)) fail();
  } else {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
}

void AtomicFile::commit() {
  flush();
  if (!file_->sync_and_rename(path_) ||
      !files_.sync_folder(path_.has_parent_path() ? path_.parent_path().string() : ".")) {
    fail();
  }
}

void AtomicFile::flush() {
  if (!file_->append(buffer_)) fail();
  buffer_.clear();
}

void AtomicFile::fail() const {
  throw Error(ErrorCode::kIo, "can't write " + path_.string() + ": " + system_reason());
}

void write_file_atomic(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void write_file_atomic(const std::filesystem::path& path, std::string_view text) {
  write_file_atomic(path, std::as_bytes(std::span(text)));
}

void sync_folder(const std::filesystem::path& folder) {
  if (!system_files().sync_folder(folder.string())) {
    throw Error(ErrorCode::kIo,
                "can't sync the folder " + folder.string() + ": " + system_reason());
  }
}

}  // namespace simdb
