#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace simdb::cli {

/// The file beside a model from which its training can go on: FILE.onnx.checkpoint. Not
/// thread-safe.
class CheckpointFile {
 public:
  explicit CheckpointFile(const std::filesystem::path& model);

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Throws Error(kNotFound) with the remedy if there is none, Error(kIo) if it can't be read.
  std::vector<std::byte> read() const;

  /// Keeps the newest bytes, and writes them if the last writing was at least 15 s ago: a small
  /// training finishes without a file. Throws Error(kIo).
  void keep(std::span<const std::byte> bytes);
  /// Writes what was kept and not written yet. False if there is nothing to go on from.
  bool flush();
  /// Takes the file away; the training is done.
  void remove();

 private:
  std::filesystem::path path_;
  std::vector<std::byte> newest_;
  bool written_ = true;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace simdb::cli
