#include "database/copy_gallery.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/file_io.h"
#include "core/gallery_identity.h"
#include "core/item_update.h"
#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "database/pull_changes_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

// Each step is a transaction, so not too few items, and they are in memory, so not too many bytes.
constexpr std::size_t kMostItemsAtOnce = 8192;
constexpr std::size_t kFewestItemsAtOnce = 512;
constexpr std::size_t kBytesAtOnce = 16UL << 20;
constexpr std::size_t kThumbnailBytes = 2048;  // about

[[noreturn]] void fail(const std::string& place, const std::string& why) {
  throw Error(ErrorCode::kUsage, "can't copy into " + place + ": " + why);
}

class FolderCopy final : public CopyDestination {
 public:
  FolderCopy(fs::path folder, const Gallery& original) : folder_(std::move(folder)) {
    std::error_code error;
    fs::create_directory(folder_, error);
    if (error) fail(place(), error.message());
    const bool goes_on = fs::exists(store_path(folder_));
    if (!goes_on && !fs::is_empty(folder_)) {
      fail(place(), "it is not empty; choose another folder");
    }
    store_ = goes_on ? open() : Store::create(store_path(folder_), identity_of(original));
    if (goes_on && following() == Following::kNothing) {
      fail(place(), "there is a database already; choose another folder");
    }
  }

  Following following() const override { return store_->following(); }
  ChangePoint point() const override { return StoreCopyTarget(*store_).point(); }
  ItemId next_id() const override { return store_->next_id(); }
  void begin(const ChangePoint& at) override { store_->begin_following(at); }
  void load(const FollowedItems& items) override { store_->load(items); }
  void follow(const FollowedChanges& changes) override { store_->follow(changes); }
  void end(ItemId next_id) override { store_->end_following(next_id); }
  std::string place() const override { return folder_.string(); }
  const std::string& encoder_fingerprint() const override { return store_->encoder_fingerprint(); }
  void show(const std::function<void(const Gallery&)>& look) override {
    look(EmbeddedGallery(std::move(store_), folder_));
    store_ = open();
  }

 private:
  std::unique_ptr<Store> open() const {
    return Store::open(store_path(folder_), StoreMode::kReadWrite);
  }

  const fs::path folder_;
  std::unique_ptr<Store> store_;
};

void load(const Gallery& original, CopyTarget& target, const CopyOptions& options) {
  const std::size_t item_bytes = kThumbnailBytes + original.dimension() * sizeof(float);
  const std::size_t at_once =
      std::clamp(kBytesAtOnce / item_bytes, kFewestItemsAtOnce, kMostItemsAtOnce);
  for (ItemId last{to_number(target.next_id()) - 1};;) {
    options.check();
    const std::vector<ItemRecord> page = original.items_after(last, at_once);
    if (page.empty()) return;
    const bool with_images = options.with_images && original.kept_images().images > 0;
    last = page.back().id;
    const std::vector<ItemId> ids = ids_of(page);
    const auto embeddings = original.embeddings(ids);
    auto thumbnails = original.thumbnails(ids);
    FollowedItems items(original.dimension());
    std::uint64_t image_bytes = 0;
    for (std::size_t i = 0; i < page.size(); ++i) {
      const auto& embedding = embeddings[i];
      if (!embedding) continue;  // it was removed just now; the changes will tell
      image_bytes +=
          append_item(original, items, page[i], *embedding, std::move(thumbnails[i]), with_images);
      if (image_bytes < kBytesAtOnce) continue;
      target.load(std::exchange(items, FollowedItems(original.dimension())));
      image_bytes = 0;
      options.check();
    }
    target.load(items);
  }
}

}  // namespace

ChangePoint StoreCopyTarget::point() const {
  const std::uint64_t change = store_.changes();
  return {change, store_.mark_of(change).value_or(0)};
}

bool copy_into(const Gallery& original, CopyTarget& target, const CopyOptions& options) {
  if (target.following() == Following::kNothing) {
    const std::uint64_t change = original.changes();
    const auto mark = original.change_mark(change);
    if (!mark) return false;
    target.begin({change, *mark});
  }
  const bool is_new = target.following() == Following::kIncomplete;
  const ChangePoint from = target.point();
  if (original.change_mark(from.change) != from.mark) return false;
  if (is_new) load(original, target, options);
  auto settings = original.settings();
  auto changes = pull_changes(original, from,
                              {.at_least = original.changes(), .with_images = options.with_images});
  if (!changes) return false;
  if (!changes->settings) changes->settings = std::move(settings);
  target.follow(*changes);
  return true;
}

GalleryIdentity identity_of(const Gallery& original) {
  return {original.dimension(), original.encoder_fingerprint(), original.encoder_model(),
          original.space()};
}

CopyReport copy_gallery(const Gallery& original, CopyDestination& to, const CopyOptions& options) {
  if (to.encoder_fingerprint() != original.encoder_fingerprint() ||
      !copy_into(original, to, options)) {
    fail(to.place(),
         "it holds a part of another gallery, or of one that has forgotten what came "
         "since; delete it and copy again");
  }
  const ChangePoint point = to.point();
  CopyReport report;
  to.show([&](const Gallery& copy) {
    const auto problems = differences_of_copy(original, copy, options);
    if (original.changes() != point.change || original.change_mark(point.change) != point.mark) {
      fail(to.place(), "the gallery was changed meanwhile; copy again, which takes over what came");
    }
    if (!problems.empty()) {
      throw Error(ErrorCode::kCorruption, "the copy in " + to.place() +
                                              " is not like the original: " + problems.front() +
                                              "; delete it and copy again");
    }
    report = {copy.stats().items, copy.kept_images()};
  });
  to.end(original.next_id());
  return report;
}

CopyReport copy_gallery(const Gallery& original, const fs::path& folder,
                        const CopyOptions& options) {
  FolderCopy to(absolute_path(folder), original);
  return copy_gallery(original, to, options);
}

}  // namespace simdb
