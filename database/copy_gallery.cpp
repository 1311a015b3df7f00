#include "database/copy_gallery.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/file_io.h"
#include "core/item_update.h"
#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "database/pull_changes_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kItemsAtOnce = 1024;
constexpr std::uint64_t kImageBytesAtOnce = 16UL << 20;

[[noreturn]] void fail(const fs::path& folder, const std::string& why) {
  throw Error(ErrorCode::kUsage, "can't copy into " + folder.string() + ": " + why);
}

void load(const Gallery& original, CopyTarget& target, const CopyOptions& options) {
  for (ItemId last{to_number(target.next_id()) - 1};;) {
    options.check();
    const std::vector<ItemRecord> page = original.items_after(last, kItemsAtOnce);
    if (page.empty()) return;
    last = page.back().id;
    const std::vector<ItemId> ids = ids_of(page);
    const auto embeddings = original.embeddings(ids);
    auto thumbnails = original.thumbnails(ids);
    FollowedItems items(original.dimension());
    std::uint64_t image_bytes = 0;
    for (std::size_t i = 0; i < page.size(); ++i) {
      const auto& embedding = embeddings[i];
      if (!embedding) continue;  // it was removed just now; the changes will tell
      image_bytes += append_item(original, items, page[i], *embedding, std::move(thumbnails[i]),
                                 options.with_images);
      if (image_bytes < kImageBytesAtOnce) continue;
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

CopyReport copy_gallery(const Gallery& original, const fs::path& folder,
                        const CopyOptions& options) {
  const fs::path absolute = absolute_path(folder);
  std::error_code error;
  fs::create_directory(absolute, error);
  if (error) fail(absolute, error.message());
  const bool goes_on = fs::exists(store_path(absolute));
  if (!goes_on && !fs::is_empty(absolute)) fail(absolute, "it is not empty; choose another folder");
  auto store = goes_on ? Store::open(store_path(absolute), StoreMode::kReadWrite)
                       : Store::create(store_path(absolute),
                                       {original.dimension(), original.encoder_fingerprint(),
                                        original.encoder_model(), original.space()});
  if (goes_on && store->following() == Following::kNothing) {
    fail(absolute, "there is a database already; choose another folder");
  }
  StoreCopyTarget target(*store);
  if (store->encoder_fingerprint() != original.encoder_fingerprint() ||
      !copy_into(original, target, options)) {
    fail(absolute,
         "it holds a part of another gallery, or of one that has forgotten what came "
         "since; delete it and copy again");
  }
  const ChangePoint point = target.point();
  CopyReport report;
  {
    const EmbeddedGallery copy(std::move(store), absolute);  // it answers queries
    const auto problems = differences_of_copy(original, copy, options);
    if (original.changes() != point.change || original.change_mark(point.change) != point.mark) {
      fail(absolute, "the gallery was changed meanwhile; copy again, which takes over what came");
    }
    if (!problems.empty()) {
      throw Error(ErrorCode::kCorruption, "the copy in " + absolute.string() +
                                              " is not like the original: " + problems.front() +
                                              "; delete it and copy again");
    }
    report = {copy.stats().items, copy.kept_images()};
  }
  store = Store::open(store_path(absolute), StoreMode::kReadWrite);
  StoreCopyTarget(*store).end(original.next_id());
  return report;
}

}  // namespace simdb
