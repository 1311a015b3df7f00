#include "encoder/model/feature_cache.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::string_view kMagic = "simdbfea";
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{8} << 30;

// Images between two looks at the cache and two calls of `progress`.
constexpr std::size_t kChunk = 256;

struct Header {
  std::array<char, 8> magic;
  std::uint32_t byte_order;
  std::uint32_t version;
  Sha256 key;
  std::uint64_t dimension;
  std::uint64_t rows;
};

// What the features of a row belong to.
struct Entry {
  Sha256 pixels;
  std::uint32_t view;
};

static_assert(sizeof(Header) == 64 && sizeof(Entry) == 36);
static_assert(std::is_trivially_copyable_v<Header> && std::is_trivially_copyable_v<Entry>);

template <typename Value>
void append(std::vector<std::byte>& bytes, const Value* values, std::size_t count) {
  const auto view = std::as_bytes(std::span(values, count));
  bytes.insert(bytes.end(), view.begin(), view.end());
}

// Absent or unreadable is as good as empty; save() tells of a path that can't be written.
std::vector<std::byte> file_or_nothing(const std::filesystem::path& path) {
  try {
    return read_file(path, kMaxFileBytes);
  } catch (const Error&) {
    return {};
  }
}

Sha256 digest_of(std::span<const std::uint8_t> pixels) { return sha256(std::as_bytes(pixels)); }

}  // namespace

FeatureCache::FeatureCache(std::filesystem::path path, const Sha256& key, std::size_t dimension)
    : path_(std::move(path)), key_(key), dimension_(dimension) {
  if (read_from(file_or_nothing(path_))) return;
  rows_.clear();
  values_.clear();
}

bool FeatureCache::read_from(std::span<const std::byte> file) {
  Header header;
  if (file.size() < sizeof header + sizeof(Sha256)) return false;
  std::memcpy(&header, file.data(), sizeof header);
  if (!std::ranges::equal(header.magic, kMagic) || header.byte_order != kByteOrder ||
      header.version != kVersion || header.key != key_ || header.dimension != dimension_) {
    return false;
  }
  const std::size_t row_bytes = sizeof(Entry) + dimension_ * sizeof(float);
  const std::size_t body_bytes = file.size() - sizeof header - sizeof(Sha256);
  if (body_bytes % row_bytes != 0 || header.rows != body_bytes / row_bytes) return false;
  Sha256 stored;
  std::memcpy(stored.data(), file.last(sizeof stored).data(), sizeof stored);
  if (sha256(file.first(file.size() - sizeof stored)) != stored) return false;

  const std::byte* entries = file.data() + sizeof header;
  for (std::size_t row = 0; row < header.rows; ++row) {
    Entry entry;
    std::memcpy(&entry, entries + row * sizeof entry, sizeof entry);
    if (!rows_.emplace(Key{entry.pixels, entry.view}, row).second) return false;
  }
  if (header.rows == 0) return true;  // there is nothing to copy from or to
  values_.resize(header.rows * dimension_);
  std::memcpy(values_.data(), entries + header.rows * sizeof(Entry),
              values_.size() * sizeof(float));
  return true;
}

std::span<const float> FeatureCache::find(const Sha256& pixels, std::uint32_t view) const {
  const auto found = rows_.find({pixels, view});
  if (found == rows_.end()) return {};
  return std::span(values_).subspan(found->second * dimension_, dimension_);
}

void FeatureCache::insert(const Sha256& pixels, std::uint32_t view,
                          std::span<const float> features) {
  if (features.size() != dimension_) {
    throw Error(ErrorCode::kUsage, "can't cache " + std::to_string(features.size()) +
                                       " features of an image, a backbone finds " +
                                       std::to_string(dimension_));
  }
  if (!rows_.emplace(Key{pixels, view}, rows_.size()).second) return;
  values_.insert(values_.end(), features.begin(), features.end());
  is_changed_ = true;
}

void FeatureCache::save() {
  if (!is_changed_) return;
  Header header{{}, kByteOrder, kVersion, key_, dimension_, rows_.size()};
  std::ranges::copy(kMagic, header.magic.begin());
  std::vector<Entry> entries(rows_.size());
  for (const auto& [key, row] : rows_) entries[row] = {key.first, key.second};
  std::vector<std::byte> bytes;
  bytes.reserve(sizeof header + entries.size() * sizeof(Entry) + values_.size() * sizeof(float) +
                sizeof(Sha256));
  append(bytes, &header, 1);
  append(bytes, entries.data(), entries.size());
  append(bytes, values_.data(), values_.size());
  const Sha256 digest = sha256(bytes);
  append(bytes, digest.data(), digest.size());
  write_file_atomic(path_, bytes);
  is_changed_ = false;
}

std::vector<float> cached_features(const BackboneFeatures& backbone, FeatureCache& cache,
                                   std::span<const std::uint8_t> pixels, std::uint32_t view,
                                   const ProgressCallback& progress) {
  const std::size_t size = backbone.backbone().input.values();
  if (pixels.size() % size != 0) {
    throw Error(ErrorCode::kUsage, "pixels do not hold a whole number of model inputs");
  }
  const std::size_t rows = pixels.size() / size;
  std::vector<float> features;
  features.reserve(rows * backbone.dimension());
  for (std::size_t begin = 0; begin < rows; begin += kChunk) {
    const std::size_t end = std::min(rows, begin + kChunk);
    std::vector<Sha256> digests;
    std::vector<Sha256> missing;
    std::vector<std::uint8_t> missing_pixels;
    for (std::size_t i = begin; i < end; ++i) {
      const auto image = pixels.subspan(i * size, size);
      digests.push_back(digest_of(image));
      if (!cache.find(digests.back(), view).empty()) continue;
      missing.push_back(digests.back());
      missing_pixels.insert(missing_pixels.end(), image.begin(), image.end());
    }
    const std::vector<float> found = backbone.compute(missing_pixels);
    for (std::size_t i = 0; i < missing.size(); ++i) {
      cache.insert(missing[i], view,
                   std::span(found).subspan(i * backbone.dimension(), backbone.dimension()));
    }
    for (const Sha256& digest : digests) {
      const auto row = cache.find(digest, view);
      features.insert(features.end(), row.begin(), row.end());
    }
    if (progress && !progress(end, rows)) break;
  }
  return features;
}

}  // namespace simdb
