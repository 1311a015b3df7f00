#include "simdb/ingest.h"

#include <optional>
#include <utility>

#include "core/class_name.h"
#include "core/new_item.h"

namespace simdb {
namespace {

// An image whose label can't be stored fails before it is read.
ImageList with_labels_checked(const ImageList& images,
                              const std::function<ImageLabel(std::size_t)>& label_of) {
  const auto after_check = [&](const std::function<SourceImage(std::size_t)>& read) {
    return [&](std::size_t i) {
      try {
        const ImageLabel label = label_of(i);
        require_class_name(label.class_name);
        if (!label.key.empty()) require_name(label.key, "key", kMaxKeyBytes);
        require_metadata(label.metadata);
      } catch (const Error& e) {
        throw Error(e.code(), "can't add " + images.name(i) + ": " + e.what());
      }
      return read(i);
    };
  };
  ImageList checked = images;
  checked.load = after_check(images.load);
  if (images.identify) checked.identify = after_check(images.identify);
  return checked;
}

// Of an item that has the same image, in whatever class.
std::optional<Embedding> known_embedding(const Gallery& gallery, SourceImage& image) {
  for (const ItemId id : gallery.find_digest(image.digest)) {
    const auto item = gallery.get(id);
    auto embedding = gallery.embedding(id);
    if (!item || !embedding) continue;  // removed meanwhile
    image.image.width = static_cast<int>(item->info.width);
    image.image.height = static_cast<int>(item->info.height);
    image.thumbnail = gallery.thumbnail(id);
    return embedding;
  }
  return std::nullopt;
}

}  // namespace

void IngestReport::count(const IngestedRun& run) {
  for (const AddedItem& item : run.added) {
    ++(item.is_new ? added : existing);
    updated += item.is_updated ? 1 : 0;
  }
  failures.insert(failures.end(), run.failures.begin(), run.failures.end());
}

IngestReport ingest(Database& database, const ImageList& images,
                    const std::function<ImageLabel(std::size_t)>& label_of,
                    const Committed& committed) {
  IngestReport report;
  Gallery& gallery = database.gallery();
  const auto commit = [&](EncodedRun& run) {
    std::vector<NewItem> items;
    items.reserve(run.images.size());
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      ImageLabel label = label_of(run.indices[i]);
      items.push_back(new_item(label.class_name, run.images[i]));
      items.back().info.key = std::move(label.key);
      items.back().info.metadata = std::move(label.metadata);
    }
    const std::vector<AddedItem> added = gallery.add(items, run.embeddings);
    const IngestedRun done{
        .end = run.end, .indices = run.indices, .added = added, .failures = run.failures};
    report.count(done);
    return committed(done);
  };
  KnownEmbedding known;  // not of an empty gallery: to ask costs one more reading of each file
  if (!gallery.classes().empty()) {
    known = [&](SourceImage& image) { return known_embedding(gallery, image); };
  }
  encode_images(database.encoder(), with_labels_checked(images, label_of), commit, known);
  return report;
}

IngestReport ingest(Database& database, std::span<const LabeledPath> files,
                    const Committed& committed, const ImageLimits& limits) {
  return ingest(
      database, list_of(files, limits),
      [files](std::size_t i) { return ImageLabel{files[i].class_name}; }, committed);
}

}  // namespace simdb
