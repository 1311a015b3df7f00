#include "pipeline/originals.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/file_io.h"
#include "core/parallel.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {

Originals::Originals(const ImageLimits& limits, Kept kept)
    : limits_(limits), kept_(std::move(kept)) {}

void Originals::add_files(std::span<const std::filesystem::path> files,
                          const std::function<void()>& check) {
  std::mutex mutex;
  parallel_for(files.size(), 1, core_count(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      check();
      try {
        const SourceImage file = identify_image(files[i], limits_);
        const std::lock_guard lock(mutex);
        files_.try_emplace(file.digest, files[i]);
      } catch (const Error&) {  // NOLINT: an item that needs it is reported
      }
    }
  });
}

std::vector<std::byte> Originals::bytes_of(const ItemRecord& item) const {
  const ItemInfo& info = item.info;
  const auto fail = [&](ErrorCode code, const std::string& why) {
    const std::string source = info.source.empty() ? "" : " (" + info.source + ")";
    throw Error(code, "can't find the image of item " + std::to_string(to_number(item.id)) +
                          source + ": " + why);
  };
  if (info.digest == Sha256{}) {
    fail(ErrorCode::kNotFound, "the digest of its file is not known");
  }
  const auto is_right = [&](const std::vector<std::byte>& bytes) {
    return sha256(bytes) == info.digest;
  };
  if (kept_) {
    if (auto bytes = kept_(info.digest); !bytes.empty() && is_right(bytes)) return bytes;
  }
  std::string why = "it has no source";
  std::optional<ErrorCode> refused;
  const auto read = [&](const std::filesystem::path& path) -> std::vector<std::byte> {
    try {
      auto bytes = read_file(path, limits_.max_file_bytes);
      if (is_right(bytes)) return bytes;
      why = path.string() + " holds another file now";
    } catch (const Error& error) {
      why = error.what();
      if (error.code() == ErrorCode::kIo) refused = error.code();
    }
    return {};
  };
  if (!info.source.empty()) {
    if (auto bytes = read(info.source); !bytes.empty()) return bytes;
  }
  if (const auto known = files_.find(info.digest); known != files_.end()) {
    if (auto bytes = read(known->second); !bytes.empty()) return bytes;
  }
  fail(refused.value_or(ErrorCode::kNotFound), why);
  return {};
}

Image Originals::load(const ItemRecord& item) const {
  const std::vector<std::byte> bytes = bytes_of(item);
  const std::string& source = item.info.source;
  return decode_image(
      bytes, source.empty() ? "the image of item " + std::to_string(to_number(item.id)) : source,
      limits_);
}

}  // namespace simdb
