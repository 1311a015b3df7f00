#include "simdb/ingest.h"

#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/class_name.h"
#include "core/new_item.h"
#include "core/printable.h"

namespace simdb {
namespace {

constexpr std::string_view kKeepSetting = "keep_images";  // its value is the largest size, in bytes
// Files that are committed in one step; RocksDB holds them up to four times at its peak.
constexpr std::uint64_t kKeptBytesAtOnce = 8UL << 20;

// An image whose label can't be stored fails before it is read.
ImageList with_labels_checked(const ImageList& images,
                              const std::function<ImageLabel(std::size_t)>& label_of) {
  const auto after_check = [&](const std::function<SourceImage(std::size_t)>& read) {
    return [&](std::size_t i) {
      try {
        require_label(label_of(i));
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

// Reads the files that a gallery keeps.
class Keeper {
 public:
  Keeper(const Gallery& gallery, const ImageList& list)
      : gallery_(gallery), list_(list), max_(list.bytes ? max_kept_image_bytes(gallery) : 0) {}

  /// Puts the bytes of image `index` into its item unless they are there or too many; returns
  /// whether they are too many. Throws Error if it can't be read or is another file now.
  bool is_too_large(std::size_t index, NewItem& item) const {
    if (max_ == 0 || gallery_.image_size(item.info.digest) > 0) return false;
    auto bytes = list_.bytes(index, max_);
    if (!bytes) return true;
    if (sha256(*bytes) != item.info.digest) {
      throw Error(ErrorCode::kIo,
                  "can't add " + list_.name(index) + ": it was changed meanwhile; add it again");
    }
    item.image = *std::move(bytes);
    return false;
  }

 private:
  const Gallery& gallery_;
  const ImageList& list_;
  const std::uint64_t max_;
};

// Images of a run that are added in one step.
struct Additions {
  explicit Additions(std::size_t dimension) : embeddings(dimension) {}

  std::vector<std::size_t> indices = {};
  std::vector<NewItem> items = {};
  EmbeddingBatch embeddings;
  std::vector<DuplicateImage> duplicates = {};
  std::vector<std::size_t> too_large = {};
};

// Moves the images of `run` from `next` on that `on_duplicate` lets through, as many as their files
// make a step; `next` is then the first that is left. Those that are refused become failures of the
// run.
Additions take_additions(const Gallery& gallery, const ImageList& list, const Keeper& keeper,
                         const std::function<ImageLabel(std::size_t)>& label_of, EncodedRun& run,
                         std::size_t& next, OnDuplicate on_duplicate, FilesBefore& before) {
  Additions additions(run.embeddings.dimension());
  std::uint64_t kept_bytes = 0;
  for (; next < run.images.size() && kept_bytes < kKeptBytesAtOnce; ++next) {
    const std::size_t i = next;
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
    try {
      if (keeper.is_too_large(index, item)) additions.too_large.push_back(index);
    } catch (const Error& e) {
      run.failures.push_back({index, e.code(), e.what()});
      continue;
    }
    kept_bytes += item.image.size();
    if (is_asked) before.try_emplace(item.info.digest, item.info.class_name);
    additions.indices.push_back(index);
    additions.items.push_back(std::move(item));
    additions.embeddings.append_unit(run.embeddings.row(i));
  }
  return additions;
}

// What a step became.
struct Ingestion {
  Additions additions;
  std::vector<AddedItem> added = {};
};

// Deals with the images of a run from `next` on, as far as one step goes.
using CommitStep = std::function<Ingestion(EncodedRun&, std::size_t& next)>;

// Deals with all images of a run, step by step; false: the rest is left out.
bool take_run(EncodedRun& run, const CommitStep& commit, const Committed& committed,
              IngestReport& report) {
  std::size_t next = 0;
  while (true) {
    const Ingestion step = commit(run, next);
    const bool is_last = next == run.images.size();
    IngestedRun done{.end = is_last ? run.end : run.indices[next],
                     .indices = step.additions.indices,
                     .added = step.added,
                     .duplicates = step.additions.duplicates,
                     .too_large = step.additions.too_large};
    if (is_last) done.failures = run.failures;
    report.count(done);
    if (!committed(done)) return false;
    if (is_last) return true;
  }
}

IngestReport take_in(const Database& database, const ImageList& images,
                     const std::function<ImageLabel(std::size_t)>& label_of,
                     const Committed& committed, const CommitStep& commit) {
  IngestReport report;
  const Gallery& gallery = database.gallery();
  KnownEmbedding known;  // not of an empty gallery: to ask costs one more reading of each file
  if (!gallery.classes().empty()) {
    known = [&](SourceImage& image) { return known_embedding(gallery, image); };
  }
  encode_images(
      database.encoder(), with_labels_checked(images, label_of),
      [&](EncodedRun& run) { return take_run(run, commit, committed, report); }, known);
  return report;
}

// What ingest() does with a run of `images`; both must outlive it.
CommitStep adding_to(Gallery& gallery, const ImageList& images,
                     const std::function<ImageLabel(std::size_t)>& label_of,
                     OnDuplicate on_duplicate) {
  return [&gallery, &images, &label_of, on_duplicate, keeper = Keeper(gallery, images)](
             EncodedRun& run, std::size_t& next) {
    FilesBefore before;
    Ingestion done{
        take_additions(gallery, images, keeper, label_of, run, next, on_duplicate, before)};
    const Additions& additions = done.additions;
    if (!additions.items.empty()) done.added = gallery.add(additions.items, additions.embeddings);
    return done;
  };
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

void keep_images(Gallery& gallery, std::uint64_t max_bytes) {
  if (max_bytes > kMaxKeptImageBytes) {
    throw Error(ErrorCode::kUsage, "can't keep images of " + std::to_string(max_bytes) +
                                       " bytes; the most is " + std::to_string(kMaxKeptImageBytes));
  }
  gallery.set_setting(kKeepSetting, max_bytes == 0 ? "" : std::to_string(max_bytes));
}

std::uint64_t max_kept_image_bytes(const Gallery& gallery) {
  const std::string text = gallery.setting(kKeepSetting);
  std::uint64_t bytes = 0;
  if (text.empty()) return bytes;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, bytes);
  if (error != std::errc() || last != end || bytes == 0 || bytes > kMaxKeptImageBytes) {
    throw Error(ErrorCode::kCorruption,
                "what the database says of keeping images is damaged: '" + printable(text) + "'");
  }
  return bytes;
}

void IngestReport::count(const IngestedRun& run) {
  for (const AddedItem& item : run.added) {
    ++(item.is_new ? added : existing);
    updated += item.is_updated ? 1 : 0;
  }
  for (const DuplicateImage& duplicate : run.duplicates) left_out += duplicate.is_left_out ? 1 : 0;
  failures.insert(failures.end(), run.failures.begin(), run.failures.end());
}

void require_label(const ImageLabel& label) {
  require_class_name(label.class_name);
  if (!label.key.empty()) require_name(label.key, "key", kMaxKeyBytes);
  require_metadata(label.metadata);
}

IngestReport ingest(Database& database, const ImageList& images,
                    const std::function<ImageLabel(std::size_t)>& label_of,
                    const Committed& committed, OnDuplicate on_duplicate) {
  return take_in(database, images, label_of, committed,
                 adding_to(database.gallery(), images, label_of, on_duplicate));
}

IngestReport ingest_encoded(Database& database, EncodedRun&& run, const ImageList& images,
                            const std::function<ImageLabel(std::size_t)>& label_of,
                            const Committed& committed, OnDuplicate on_duplicate) {
  IngestReport report;
  take_run(run, adding_to(database.gallery(), images, label_of, on_duplicate), committed, report);
  return report;
}

IngestReport try_ingest(const Database& database, const ImageList& images,
                        const std::function<ImageLabel(std::size_t)>& label_of,
                        const Committed& committed, PendingImages& pending,
                        OnDuplicate on_duplicate) {
  const Gallery& gallery = database.gallery();
  ImageList without_files = images;  // nothing is kept
  without_files.bytes = {};
  const Keeper keeper(gallery, without_files);
  FilesBefore before;
  std::set<std::pair<Sha256, std::string>> added;
  return take_in(database, images, label_of, committed, [&](EncodedRun& run, std::size_t& next) {
    Ingestion done{
        take_additions(gallery, images, keeper, label_of, run, next, on_duplicate, before)};
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
