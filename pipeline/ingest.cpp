#include "simdb/ingest.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/class_name.h"
#include "core/new_item.h"
#include "core/printable.h"

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

// What an image is a duplicate of: an item of another class, or an image of this step before it.
std::optional<DuplicateImage> duplicate_of(const Gallery& gallery, const NewItem& image,
                                           const std::map<Sha256, std::string>& before) {
  const ItemInfo& info = image.info;
  for (const auto& item : gallery.get_many(gallery.find_digest(info.digest))) {
    if (!item || item->info.class_name == info.class_name) continue;
    if (!info.key.empty() && item->info.key == info.key) continue;
    return DuplicateImage{.item = item->id, .class_name = item->info.class_name};
  }
  const auto same = before.find(info.digest);
  if (same == before.end() || same->second == info.class_name) return std::nullopt;
  return DuplicateImage{.class_name = same->second};
}

using FilesBefore = std::map<Sha256, std::string>;  // their classes

// The images of a run that are added.
struct Additions {
  explicit Additions(std::size_t dimension) : embeddings(dimension) {}

  std::vector<std::size_t> indices = {};
  std::vector<NewItem> items = {};
  EmbeddingBatch embeddings;
  std::vector<DuplicateImage> duplicates = {};
};

// Moves the images of `run` that `on_duplicate` lets through; those that it refuses become failures
// of the run.
Additions take_additions(const Gallery& gallery, const ImageList& list,
                         const std::function<ImageLabel(std::size_t)>& label_of, EncodedRun& run,
                         OnDuplicate on_duplicate, FilesBefore& before) {
  Additions additions(run.embeddings.dimension());
  for (std::size_t i = 0; i < run.images.size(); ++i) {
    const std::size_t index = run.indices[i];
    ImageLabel label = label_of(index);
    NewItem item = new_item(label.class_name, run.images[i]);
    item.info.key = std::move(label.key);
    item.info.metadata = std::move(label.metadata);
    const bool is_asked = on_duplicate != OnDuplicate::kAdd && item.info.digest != Sha256{};
    if (auto duplicate = is_asked ? duplicate_of(gallery, item, before) : std::nullopt) {
      duplicate->index = index;
      duplicate->is_left_out = on_duplicate == OnDuplicate::kSkip;
      if (on_duplicate == OnDuplicate::kRefuse) {
        const std::string which =
            duplicate->item ? "item " + std::to_string(to_number(*duplicate->item)) : "an image";
        run.failures.push_back({index, ErrorCode::kBadInput,
                                "can't add " + list.name(index) + " to class '" +
                                    printable(item.info.class_name) + "': the same file is " +
                                    which + " of class '" + printable(duplicate->class_name) +
                                    "'"});
        continue;
      }
      const bool is_left_out = duplicate->is_left_out;
      additions.duplicates.push_back(*std::move(duplicate));
      if (is_left_out) continue;
    }
    if (is_asked) before.try_emplace(item.info.digest, item.info.class_name);
    additions.indices.push_back(index);
    additions.items.push_back(std::move(item));
    additions.embeddings.append_unit(run.embeddings.row(i));
  }
  return additions;
}

// What a run became.
struct Ingestion {
  Additions additions;
  std::vector<AddedItem> added = {};
};

IngestReport take_in(const Database& database, const ImageList& images,
                     const std::function<ImageLabel(std::size_t)>& label_of,
                     const Committed& committed,
                     const std::function<Ingestion(EncodedRun&)>& commit) {
  IngestReport report;
  const Gallery& gallery = database.gallery();
  KnownEmbedding known;  // not of an empty gallery: to ask costs one more reading of each file
  if (!gallery.classes().empty()) {
    known = [&](SourceImage& image) { return known_embedding(gallery, image); };
  }
  encode_images(
      database.encoder(), with_labels_checked(images, label_of),
      [&](EncodedRun& run) {
        const Ingestion done = commit(run);
        const IngestedRun told{.end = run.end,
                               .indices = done.additions.indices,
                               .added = done.added,
                               .failures = run.failures,
                               .duplicates = done.additions.duplicates};
        report.count(told);
        return committed(told);
      },
      known);
  return report;
}

// What an add of an image to its class would find there.
AddedItem present_item(const Gallery& gallery, const ItemInfo& info) {
  if (info.digest == Sha256{}) return {};
  for (const auto& item : gallery.get_many(gallery.find_digest(info.digest))) {
    if (!item) continue;  // removed meanwhile
    if (!info.key.empty() ? item->info.key == info.key : item->info.class_name == info.class_name) {
      return {.id = item->id, .is_new = false};
    }
  }
  return {};
}

}  // namespace

void IngestReport::count(const IngestedRun& run) {
  for (const AddedItem& item : run.added) {
    ++(item.is_new ? added : existing);
    updated += item.is_updated ? 1 : 0;
  }
  for (const DuplicateImage& duplicate : run.duplicates) left_out += duplicate.is_left_out ? 1 : 0;
  failures.insert(failures.end(), run.failures.begin(), run.failures.end());
}

IngestReport ingest(Database& database, const ImageList& images,
                    const std::function<ImageLabel(std::size_t)>& label_of,
                    const Committed& committed, OnDuplicate on_duplicate) {
  Gallery& gallery = database.gallery();
  return take_in(database, images, label_of, committed, [&](EncodedRun& run) {
    FilesBefore before;
    Ingestion done{take_additions(gallery, images, label_of, run, on_duplicate, before)};
    const Additions& additions = done.additions;
    if (!additions.items.empty()) done.added = gallery.add(additions.items, additions.embeddings);
    return done;
  });
}

IngestReport try_ingest(const Database& database, const ImageList& images,
                        const std::function<ImageLabel(std::size_t)>& label_of,
                        const Committed& committed, PendingImages& pending,
                        OnDuplicate on_duplicate) {
  const Gallery& gallery = database.gallery();
  FilesBefore before;
  std::set<std::pair<Sha256, std::string>> added;
  return take_in(database, images, label_of, committed, [&](EncodedRun& run) {
    Ingestion done{take_additions(gallery, images, label_of, run, on_duplicate, before)};
    const Additions& additions = done.additions;
    for (std::size_t i = 0; i < additions.items.size(); ++i) {
      const ItemInfo& info = additions.items[i].info;
      AddedItem& item = done.added.emplace_back(present_item(gallery, info));
      if (info.digest != Sha256{} && !added.emplace(info.digest, info.class_name).second) {
        item.is_new = false;
      }
      if (!item.is_new) continue;
      pending.embeddings.append_unit(additions.embeddings.row(i));
      pending.class_names.push_back(info.class_name);
      pending.digests.push_back(info.digest);
    }
    return done;
  });
}

IngestReport ingest(Database& database, std::span<const LabeledPath> files,
                    const Committed& committed, const ImageLimits& limits) {
  return ingest(
      database, list_of(files, limits),
      [files](std::size_t i) { return ImageLabel{files[i].class_name}; }, committed);
}

}  // namespace simdb
