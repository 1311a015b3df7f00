#include "pipeline/duplicate_check.h"

#include <cmath>
#include <random>
#include <utility>

#include "simdb/duplicates.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb {
namespace {

// The same input makes the same embedding but for rounding, which depends on how many images are
// encoded together: 1e-7 was measured. Two pictures that differ in one pixel are mostly farther
// apart.
constexpr double kSameEmbedding = 1e-5;
// So many of the nearest items are compared: in a gallery in which more have the same embedding it
// tells nothing.
constexpr std::size_t kCompared = 16;

bool is_same(std::span<const float> a, std::span<const float> b) {
  double square = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    square += difference * difference;
  }
  return square <= kSameEmbedding * kSameEmbedding;
}

bool is_near(const Neighbor& hit) { return hit.similarity >= 1 - kSimilarityTolerance; }

std::vector<float> random_direction(std::size_t dimension) {
  std::minstd_rand random(1);
  std::vector<float> direction(dimension);
  double square = 0;
  for (float& value : direction) {
    value = static_cast<float>(2.0 * static_cast<double>(random()) / std::minstd_rand::max() - 1);
    square += static_cast<double>(value) * static_cast<double>(value);
  }
  for (float& value : direction) value = static_cast<float>(value / std::sqrt(square));
  return direction;
}

// Nothing for bytes that are no image.
std::optional<Sha256> pixels_of_file(std::span<const std::byte> file) {
  try {
    return digest_of_pixels(decode_image(file, "a thumbnail"));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

DuplicateCheck::DuplicateCheck(const Gallery& gallery, const ImageList& list,
                               std::set<std::string> keys)
    : gallery_(gallery),
      list_(list),
      keys_(std::move(keys)),
      originals_({}, [&gallery](const Sha256& digest) { return gallery.image(digest); }),
      direction_(random_direction(gallery.dimension())) {}

void DuplicateCheck::begin(const EncodedRun& run, std::span<const ImageLabel> labels,
                           std::size_t first) {
  run_ = &run;
  labels_ = labels;
  first_ = first;
  rows_.clear();
  EmbeddingBatch queries(gallery_.dimension());
  std::vector<Row*> asked;
  rows_.reserve(run.images.size() - first);
  for (std::size_t row = first; row < run.images.size(); ++row) {
    rows_.push_back(look_at(row));
    if (rows_.back().is_there) continue;
    asked.push_back(&rows_.back());
    queries.append_unit(run.embeddings.row(row));
  }
  if (asked.empty()) return;
  const auto found = gallery_.search_batch(queries, 1);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    asked[i]->is_near = !found[i].empty() && simdb::is_near(found[i].front());
  }
}

DuplicateCheck::Row DuplicateCheck::look_at(std::size_t row) const {
  Row known;
  const Sha256& digest = run_->images[row].digest;
  if (digest == Sha256{}) return known;
  const ImageLabel& label = labels_[row];
  for (const auto& item : gallery_.get_many(gallery_.find_digest(digest))) {
    if (!item || !counts(*item)) continue;
    if (item->info.class_name == label.class_name) {
      known.is_there |= label.key.empty();
    } else if (!known.file) {
      known.file = DuplicateImage{.item = item->id, .class_name = item->info.class_name};
    }
  }
  return known;
}

bool DuplicateCheck::counts(const ItemRecord& item) const {
  return item.info.key.empty() || !keys_.contains(item.info.key);
}

std::optional<DuplicateImage> DuplicateCheck::find(std::size_t row) {
  const Row& known = rows_[row - first_];
  if (known.is_there) return std::nullopt;
  const ImageLabel& label = labels_[row];
  if (label.key.empty()) {
    if (added_files_.contains({run_->images[row].digest, label.class_name})) return std::nullopt;
    if (auto same = find_pixels(row, true)) return same;
  }
  auto duplicate = find_file(row);
  if (!duplicate) duplicate = find_pixels(row, false);
  if (duplicate) duplicate->index = run_->indices[row];
  return duplicate;
}

std::optional<DuplicateImage> DuplicateCheck::find_file(std::size_t row) const {
  if (const auto& file = rows_[row - first_].file) return file;
  const Sha256& digest = run_->images[row].digest;
  for (auto entry = added_files_.lower_bound({digest, ""});
       entry != added_files_.end() && entry->first.first == digest; ++entry) {
    const std::string& class_name = entry->first.second;
    if (class_name == labels_[row].class_name) continue;
    return DuplicateImage{.image = entry->second, .class_name = class_name};
  }
  return std::nullopt;
}

std::optional<DuplicateImage> DuplicateCheck::find_pixels(std::size_t row, bool in_own_class) {
  DuplicateImage duplicate{.index = run_->indices[row], .is_same_file = false};
  if (const auto item = find_item(row, in_own_class)) {
    duplicate.item = item->id;
    duplicate.class_name = item->info.class_name;
    return duplicate;
  }
  if (const Added* added = find_added(row, in_own_class)) {
    duplicate.image = added->index;
    duplicate.class_name = added->class_name;
    return duplicate;
  }
  return std::nullopt;
}

std::optional<ItemRecord> DuplicateCheck::find_item(std::size_t row, bool in_own_class) {
  if (!rows_[row - first_].is_near) return std::nullopt;
  const std::string& own = labels_[row].class_name;
  SearchFilter filter;
  if (in_own_class) filter.class_names = {own};
  std::vector<ItemId> ids;
  for (const Neighbor& hit : gallery_.search(run_->embeddings.row(row), kCompared, filter)) {
    if (simdb::is_near(hit)) ids.push_back(hit.id);
  }
  const auto items = gallery_.get_many(ids);
  const auto embeddings = gallery_.embeddings(ids);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& item = items[i];
    const auto& embedding = embeddings[i];
    if (!item || !embedding || !counts(*item)) continue;
    if ((item->info.class_name == own) != in_own_class) continue;
    if (!is_same(embedding->values(), run_->embeddings.row(row))) continue;
    if (has_pixels_of(row, *item)) return item;
  }
  return std::nullopt;
}

const DuplicateCheck::Added* DuplicateCheck::find_added(std::size_t row, bool in_own_class) {
  const std::span<const float> embedding = run_->embeddings.row(row);
  const Image& image = run_->images[row].image;
  const double key = key_of(embedding);
  const auto end = added_.upper_bound(key + kSameEmbedding);
  for (auto entry = added_.lower_bound(key - kSameEmbedding); entry != end; ++entry) {
    const Added& added = entry->second;
    if ((added.class_name == labels_[row].class_name) != in_own_class ||
        added.width != image.width || added.height != image.height ||
        !is_same(added.embedding, embedding)) {
      continue;
    }
    const auto& pixels = pixels_of(run_->indices[row], run_->images[row].digest);
    if (pixels && pixels == pixels_of(added.index, added.digest)) return &added;
  }
  return nullptr;
}

bool DuplicateCheck::has_pixels_of(std::size_t row, const ItemRecord& item) {
  const Image& image = run_->images[row].image;
  if (static_cast<int>(item.info.width) != image.width ||
      static_cast<int>(item.info.height) != image.height) {
    return false;
  }
  const std::size_t index = run_->indices[row];
  const auto& pixels = pixels_of(index, run_->images[row].digest);
  if (!pixels) return false;
  const std::vector<std::byte> thumbnail = gallery_.thumbnail(item.id);
  if (!thumbnail.empty() && sha256(thumbnail) == item.info.digest) {
    return pixels_of_file(thumbnail) == pixels;
  }
  try {
    return digest_of_pixels(originals_.load(item)) == *pixels;
  } catch (const Error&) {  // NOLINT: it is gone
  }
  const auto small = pixels_of_file(thumbnail);
  try {
    return small && small == pixels_of_file(source_image(list_.load(index).image).thumbnail);
  } catch (const Error&) {
    return false;
  }
}

const std::optional<Sha256>& DuplicateCheck::pixels_of(std::size_t index, const Sha256& digest) {
  const auto [known, is_new] = pixels_.try_emplace(index);
  if (is_new) {
    try {
      const SourceImage image = list_.load(index);
      if (image.digest == digest) known->second = digest_of_pixels(image.image);
    } catch (const Error&) {  // NOLINT: it was there a moment ago, and is added as it was then
    }
  }
  return known->second;
}

// Embeddings that are the same have keys that differ by kSameEmbedding at most.
double DuplicateCheck::key_of(std::span<const float> embedding) const {
  double key = 0;
  for (std::size_t i = 0; i < embedding.size(); ++i) {
    key += static_cast<double>(embedding[i]) * static_cast<double>(direction_[i]);
  }
  return key;
}

void DuplicateCheck::add(std::size_t row) {
  const std::size_t index = run_->indices[row];
  const std::string& class_name = labels_[row].class_name;
  const SourceImage& image = run_->images[row];
  if (image.digest != Sha256{}) added_files_.try_emplace({image.digest, class_name}, index);
  const std::span<const float> embedding = run_->embeddings.row(row);
  added_.emplace(key_of(embedding), Added{index,
                                          image.digest,
                                          class_name,
                                          image.image.width,
                                          image.image.height,
                                          {embedding.begin(), embedding.end()}});
}

void DuplicateCheck::forget_added() {
  added_files_.clear();
  added_.clear();
  pixels_.clear();
}

}  // namespace simdb
