// The image files that a store keeps: each once, under its SHA-256.
#include <set>

#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/store.h"
#include "storage/store_change_internal.h"

namespace simdb {

std::vector<std::byte> Store::image(const Sha256& digest) const {
  const auto value = connection_->read(Family::kImages, digest_prefix(digest));
  return value ? as_bytes(*value) : std::vector<std::byte>();
}

std::uint64_t Store::image_size(const Sha256& digest) const {
  const auto value = connection_->read(Family::kImageSizes, digest_prefix(digest));
  if (!value) return 0;
  const auto bytes = decode_number(*value);
  if (!bytes) throw damaged(connection_->path(), "the size of an image is no number");
  return *bytes;
}

void Store::for_each_image_size(
    const std::function<void(const Sha256& digest, std::uint64_t bytes)>& visit) const {
  connection_->scan(Family::kImageSizes, {}, [&](std::string_view key, std::string_view value) {
    const auto digest = decode_digest(key);
    const auto bytes = decode_number(value);
    if (!digest || !bytes) throw damaged(connection_->path(), "the size of an image is no number");
    visit(*digest, *bytes);
    return true;
  });
}

bool Store::keep_images(Change& change, std::span<const ImageFile> images) const {
  std::set<Sha256> kept;
  for (const ImageFile& image : images) {
    if (image_size(image.digest) > 0 || !kept.insert(image.digest).second) continue;
    const std::string key = digest_prefix(image.digest);
    change.put(Family::kImages, key, as_text(image.bytes));
    change.put(Family::kImageSizes, key, encode_number(image.bytes.size()));
  }
  return !kept.empty();
}

void Store::erase_unused_images(Change& change) const {
  for (const auto& [digest, owners] : change.gone()) {
    if (image_size(digest) == 0 || find_digest(digest).size() > owners.size()) continue;
    change.erase(Family::kImages, digest_prefix(digest));
    change.erase(Family::kImageSizes, digest_prefix(digest));
  }
}

}  // namespace simdb
