#include "cli/train/checkpoint_file.h"

#include <fmt/format.h>

#include <system_error>

#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

constexpr auto kBetweenWrites = std::chrono::seconds(15);
constexpr std::size_t kMostBytes = std::size_t{8} << 30;

}  // namespace

CheckpointFile::CheckpointFile(const std::filesystem::path& model)
    : path_(model.string() + ".checkpoint") {}

std::vector<std::byte> CheckpointFile::read() const {
  if (std::error_code ignored; !std::filesystem::exists(path_, ignored)) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("there is no '{}' to go on from; a training that ran for some seconds "
                            "and was stopped leaves it; start again without --resume",
                            path_.string()));
  }
  return read_file(path_, kMostBytes);
}

void CheckpointFile::keep(std::span<const std::byte> bytes) {
  newest_.assign(bytes.begin(), bytes.end());
  written_ = false;
  if (std::chrono::steady_clock::now() - last_ >= kBetweenWrites) flush();
}

bool CheckpointFile::flush() {
  if (!written_) {
    write_file_atomic(path_, newest_);
    written_ = true;
    last_ = std::chrono::steady_clock::now();
  }
  return !newest_.empty();
}

void CheckpointFile::remove() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace simdb::cli
