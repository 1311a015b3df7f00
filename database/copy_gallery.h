#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/gallery_identity.h"
#include "simdb/gallery.h"
#include "storage/followed.h"
#include "storage/store.h"

// Copying a gallery from one engine to another, with its ids, times, settings and image files.
namespace simdb {

/// Takes the copy: an engine that is copied into implements it. Each call that changes it is done
/// whole or not at all, and durable when it returns.
class CopyTarget {
 public:
  virtual ~CopyTarget() = default;

  /// How far an earlier copy came. kNothing: it was not begun.
  virtual Following following() const = 0;
  /// The change of the original whose state this is, once all is there.
  virtual ChangePoint point() const = 0;
  /// Above all ids that it has.
  virtual ItemId next_id() const = 0;

  virtual void begin(const ChangePoint& at) = 0;
  /// Items with ids from next_id() on, ascending.
  virtual void load(const FollowedItems& items) = 0;
  /// What became of the original since point(), some items of which were loaded already; with the
  /// first call all is there. See Store::follow.
  virtual void follow(const FollowedChanges& changes) = 0;
  /// It is a gallery in its own right from now on, which gives its next item this id.
  virtual void end(ItemId next_id) = 0;
};

/// Copies into a store that is new, or in which an earlier copy ended.
class StoreCopyTarget final : public CopyTarget {
 public:
  /// `store` must outlive it.
  explicit StoreCopyTarget(Store& store) : store_(store) {}
  Following following() const override { return store_.following(); }
  ChangePoint point() const override;
  ItemId next_id() const override { return store_.next_id(); }
  void begin(const ChangePoint& at) override { store_.begin_following(at); }
  void load(const FollowedItems& items) override { store_.load(items); }
  void follow(const FollowedChanges& changes) override { store_.follow(changes); }
  void end(ItemId next_id) override { store_.end_following(next_id); }

 private:
  Store& store_;
};

struct CopyOptions {
  bool with_images = true;  ///< image files too
  /// Called often; what it throws ends the copy, which another call goes on with.
  std::function<void()> check = [] {};
};

/// Brings the target to a state of `original`, which may change meanwhile, from where it is. False:
/// what came since is not known any more, or `original` is another gallery now; a new target must
/// be begun.
bool copy_into(const Gallery& original, CopyTarget& target, const CopyOptions& options = {});

/// A target that becomes a gallery in its own right.
class CopyDestination : public CopyTarget {
 public:
  /// For messages.
  virtual std::string place() const = 0;
  virtual const std::string& encoder_fingerprint() const = 0;
  /// Calls with what is there, all of it.
  virtual void show(const std::function<void(const Gallery&)>& look) = 0;
};

struct CopyReport {
  std::uint64_t items = 0;
  KeptImages images;
};

/// Makes a gallery that is what `original` is, in a destination that is new or in which an earlier
/// call ended. Compares the two when all is there: see differences_of_copy. Throws Error(kUsage)
/// if there is another database, if what was begun there can't be gone on with, or if `original`
/// changed while they were compared: what is there is kept, and another call goes on; Error(kIo),
/// Error(kCorruption) if the copy is not what it should be.
CopyReport copy_gallery(const Gallery& original, CopyDestination& to,
                        const CopyOptions& options = {});
/// The same into a folder.
CopyReport copy_gallery(const Gallery& original, const std::filesystem::path& folder,
                        const CopyOptions& options = {});

/// What a copy of it is made with.
GalleryIdentity identity_of(const Gallery& original);

/// In what a copy differs, in words, at most 100: counts, settings, records, embeddings,
/// thumbnails, image files and the answers to up to 1,000 queries. Neither may change meanwhile.
std::vector<std::string> differences_of_copy(const Gallery& original, const Gallery& copy,
                                             const CopyOptions& options = {});

}  // namespace simdb
