#include "simdb/ingest.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/class_name.h"
#include "core/new_item.h"
#include "core/printable.h"
#include "pipeline/duplicate_check.h"

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

// Reads the files that a gallery keeps.
class Keeper {
 public:
  Keeper(const Gallery& gallery, const ImageList& list, bool keep_files)
      : gallery_(gallery),
        list_(list),
        max_(keep_files && list.bytes ? max_kept_image_bytes(gallery) : 0) {}

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

std::set<std::string> keys_of(std::size_t images,
                              const std::function<ImageLabel(std::size_t)>& label_of) {
  std::set<std::string> keys;
  for (std::size_t i = 0; i < images; ++i) {
    try {
      ImageLabel label = label_of(i);
      if (!label.key.empty()) keys.insert(std::move(label.key));
    } catch (const Error&) {  // NOLINT: a failure of that image, when its turn comes
    }
  }
  return keys;
}

// Takes the images of runs that are to be added.
class Intake {
 public:
  Intake(const Gallery& gallery, const ImageList& list, bool keep_files,
         const std::function<ImageLabel(std::size_t)>& label_of, OnDuplicate on_duplicate)
      : list_(list),
        keeper_(gallery, list, keep_files),
        label_of_(label_of),
        on_duplicate_(on_duplicate) {
    if (on_duplicate != OnDuplicate::kAdd)
      check_.emplace(gallery, list, keys_of(list.size, label_of));
  }

  /// Moves the images of `run` from `next` on that are let through, as many as their files make a
  /// step; `next` is then the first that is left. Those that are refused become failures of the
  /// run.
  Additions take(EncodedRun& run, std::size_t& next) {
    std::vector<ImageLabel> labels(run.images.size());
    for (std::size_t i = next; i < labels.size(); ++i) labels[i] = label_of_(run.indices[i]);
    if (check_) check_->begin(run, labels, next);
    Additions additions(run.embeddings.dimension());
    std::uint64_t kept_bytes = 0;
    for (; next < run.images.size() && kept_bytes < kKeptBytesAtOnce; ++next) {
      const std::size_t i = next;
      const std::size_t index = run.indices[i];
      if (!lets_through(run, i, labels[i], additions)) continue;
      NewItem item = new_item(labels[i].class_name, run.images[i]);
      item.info.key = labels[i].key;
      item.info.metadata = std::move(labels[i].metadata);
      try {
        if (keeper_.is_too_large(index, item)) additions.too_large.push_back(index);
      } catch (const Error& e) {
        run.failures.push_back({index, e.code(), e.what()});
        continue;
      }
      if (check_) check_->add(i);
      kept_bytes += item.image.size();
      additions.indices.push_back(index);
      additions.items.push_back(std::move(item));
      additions.embeddings.append_unit(run.embeddings.row(i));
    }
    return additions;
  }

  /// What was taken is in the gallery now, as `added`.
  void note(Additions& additions, std::span<const AddedItem> added) {
    for (DuplicateImage& duplicate : additions.duplicates) {
      if (duplicate.item || !duplicate.image) continue;
      const auto place = std::ranges::lower_bound(additions.indices, *duplicate.image);
      duplicate.item = added[static_cast<std::size_t>(place - additions.indices.begin())].id;
      duplicate.image.reset();
    }
    if (check_) check_->forget_added();
  }

 private:
  bool lets_through(EncodedRun& run, std::size_t row, const ImageLabel& label,
                    Additions& additions) {
    auto duplicate = check_ ? check_->find(row) : std::nullopt;
    if (!duplicate) return true;
    const bool is_of_own_class = duplicate->class_name == label.class_name;
    if (on_duplicate_ == OnDuplicate::kRefuse && !is_of_own_class) {
      const std::size_t index = run.indices[row];
      run.failures.push_back(
          {index, ErrorCode::kBadInput,
           "can't add " + list_.name(index) + " to class '" + printable(label.class_name) +
               "': " + (duplicate->is_same_file ? "the same file is " : "it has the pixels of ") +
               (duplicate->item ? "item " + std::to_string(to_number(*duplicate->item))
                                : list_.name(duplicate->image.value_or(index))) +
               " of class '" + printable(duplicate->class_name) + "'"});
      return false;
    }
    duplicate->is_left_out = is_of_own_class || on_duplicate_ == OnDuplicate::kSkip;
    additions.duplicates.push_back(*std::move(duplicate));
    return !additions.duplicates.back().is_left_out;
  }

  const ImageList& list_;
  const Keeper keeper_;
  const std::function<ImageLabel(std::size_t)>& label_of_;
  const OnDuplicate on_duplicate_;
  std::optional<DuplicateCheck> check_;
};

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

// What ingest() does with runs of `images`; all must outlive it.
CommitStep adding_to(Gallery& gallery, const ImageList& images,
                     const std::function<ImageLabel(std::size_t)>& label_of,
                     OnDuplicate on_duplicate) {
  const auto intake = std::make_shared<Intake>(gallery, images, true, label_of, on_duplicate);
  return [&gallery, intake](EncodedRun& run, std::size_t& next) {
    Ingestion done{intake->take(run, next)};
    Additions& additions = done.additions;
    if (!additions.items.empty()) done.added = gallery.add(additions.items, additions.embeddings);
    intake->note(additions, done.added);
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
  Intake intake(gallery, images, false, label_of, on_duplicate);
  std::set<std::pair<Sha256, std::string>> added;
  return take_in(database, images, label_of, committed, [&](EncodedRun& run, std::size_t& next) {
    Ingestion done{intake.take(run, next)};
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
