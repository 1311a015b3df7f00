#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simdb/class_effect.h"
#include "simdb/database.h"
#include "simdb/encode_images.h"
#include "simdb/image_paths.h"

namespace simdb {

/// What to do with an image that is an item of another class already: the same file, or another
/// file with the same pixels. In its own class an image is not added twice: of the same file
/// Gallery::add tells; other files with the pixels of an item are left out and told, except by
/// kAdd.
enum class OnDuplicate {
  kAdd,     ///< add it; pixels are not compared
  kWarn,    ///< add it, and tell
  kSkip,    ///< leave it out, and tell
  kRefuse,  ///< a failure
};

/// An image that is an item of another class, or has the pixels of one.
struct DuplicateImage {
  std::size_t index = 0;                            ///< in the list
  std::optional<ItemId> item = std::nullopt;        ///< that one
  std::optional<std::size_t> image = std::nullopt;  ///< instead, where it is only tried: its index
  std::string class_name = {};                      ///< of that one
  bool is_same_file = true;                         ///< false: only the pixels are the same
  bool is_left_out = false;
};

/// Images that have just become durable, with what became of each: added[i] belongs to image
/// indices[i] of the list.
struct IngestedRun {
  std::size_t end = 0;  ///< images before this index have been dealt with
  std::span<const std::size_t> indices = {};
  std::span<const AddedItem> added = {};
  std::span<const ImageFailure> failures = {};
  std::span<const DuplicateImage> duplicates = {};  ///< but not those that are failures
  std::span<const std::size_t> too_large =
      {};  ///< added, but their files are not kept: keep_images
};

struct IngestReport {
  std::size_t added = 0;
  std::size_t existing = 0;  ///< was there already; see Gallery::add
  std::size_t updated = 0;   ///< of these, items that took over a new source, class or metadata
  std::size_t left_out = 0;  ///< duplicates; see OnDuplicate
  std::vector<ImageFailure> failures;

  /// Adds what became of the images of a run.
  void count(const IngestedRun& run);
};

/// Called after each commit; false: the rest is left out.
using Committed = std::function<bool(const IngestedRun&)>;

/// The largest image file that keep_images() takes.
inline constexpr std::uint64_t kMaxKeptImageBytes = 256u << 20;

/// From now on ingest() keeps the files of the images that it adds in the gallery: those of at most
/// `max_bytes`. 0: none any more; those that are there stay. A setting of the gallery, one change.
/// Throws Error(kUsage) above kMaxKeptImageBytes.
void keep_images(Gallery& gallery, std::uint64_t max_bytes);
/// 0: image files are not kept.
std::uint64_t max_kept_image_bytes(const Gallery& gallery);

/// What an image is added as.
struct ImageLabel {
  std::string class_name;
  std::string key = {};    ///< see ItemInfo
  Metadata metadata = {};  ///< see ItemInfo
};

/// Throws Error(kBadInput) if no item can have it.
void require_label(const ImageLabel& label);

/// Adds images, the i-th as label_of(i), which is called on any thread: reading, decoding, encoding
/// and committing overlap, and each synced commit holds whatever is ready. What some item has the
/// digest of is neither decoded nor encoded again: it has that item's embedding. Bad images and
/// labels are reported and skipped. Where the gallery keeps images (keep_images), files are read a
/// second time, at the commit; one that has changed meanwhile is a failure. An item that an image
/// takes the place of, by its key, is no duplicate of it. Pixels are compared where embedding and
/// sizes are the same: exactly if the other file is there, as an ImageList, kept, by its source or
/// as the thumbnail of a small one; else by the thumbnails. Errors as encode_images and
/// Gallery::add. Thread-safe.
IngestReport ingest(Database& database, const ImageList& images,
                    const std::function<ImageLabel(std::size_t)>& label_of,
                    const Committed& committed, OnDuplicate on_duplicate = OnDuplicate::kAdd);
/// ingest() for images that are encoded already, one run of them, whose labels were checked. Of
/// `images` only name and bytes are asked.
IngestReport ingest_encoded(Database& database, EncodedRun&& run, const ImageList& images,
                            const std::function<ImageLabel(std::size_t)>& label_of,
                            const Committed& committed,
                            OnDuplicate on_duplicate = OnDuplicate::kAdd);
/// Says what ingest() would do and does nothing: the images that would be new items are appended to
/// `pending`, their ids are 0.
IngestReport try_ingest(const Database& database, const ImageList& images,
                        const std::function<ImageLabel(std::size_t)>& label_of,
                        const Committed& committed, PendingImages& pending,
                        OnDuplicate on_duplicate = OnDuplicate::kAdd);
/// ingest() for files.
IngestReport ingest(Database& database, std::span<const LabeledPath> files,
                    const Committed& committed, const ImageLimits& limits = {});

}  // namespace simdb
