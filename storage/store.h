#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/gallery_identity.h"
#include "core/item_update.h"
#include "simdb/digest.h"
#include "simdb/embedding.h"
#include "simdb/item.h"
#include "storage/followed.h"

namespace simdb {

class RocksConnection;
class Witness;
enum class Family : std::size_t;

enum class StoreMode {
  kReadWrite,  ///< the one writing process
  kReadOnly,   ///< a reader beside at most one writer; sees the state at the time of opening
};

using StoreIdentity = GalleryIdentity;

/// Embeddings of a store's items by another encoder than its own, of all or some: being built, or
/// those that were in use before.
struct OtherGeneration {
  std::size_t dimension = 0;
  std::string encoder_fingerprint;
  bool is_previous = false;  ///< it was in use before; else it is being built
};

/// What else Store::switch_generation does in the same step.
struct GenerationSwitch {
  bool keep_old = false;                           ///< the present one becomes the other one
  std::vector<ItemId> removed = {};                ///< these items are removed
  std::vector<std::string> dropped_settings = {};  ///< so are the texts under these names
};

/// A contradiction found by Store::verify, in words for a person.
struct StoreProblem {
  std::string what;
};

/// A pair of key and value as it is stored; docs/file_formats.md tells what it means.
struct StoreEntry {
  std::string family;
  std::string key;
  std::string value;
};

/// An image file to be kept, a view, under its SHA-256.
struct ImageFile {
  Sha256 digest{};
  std::span<const std::byte> bytes;
};

/// What Store::repair did, in words for a person.
struct StoreRepair {
  std::vector<std::string> repaired;  ///< rebuilt from what is sound
  std::vector<std::string> lost;      ///< gone, or damaged beyond what can be derived
};

/// What a store remembers of its past at least, in entries: some ten MB at most.
inline constexpr std::uint64_t kHistoryEntries = 1'000'000;

/// Items, embeddings, classes and the encoder on disk (RocksDB). Every change is one atomic batch
/// that is synced before the call returns: what was acknowledged survives a crash and a power loss.
/// Reads are thread-safe; changes need exclusive access to the object (readers may go on).
///
/// All members throw Error(kIo) if the disk fails, Error(kCorruption) if stored bytes contradict
/// their checksum or each other. After a failed change every further change is refused until the
/// store is opened again: only that tells what reached the disk.
class Store {
 public:
  /// Makes a new store in the folder `path`, which must not exist (its parent must). Throws
  /// Error(kUsage) if it does. A crash meanwhile leaves a folder that open() refuses with
  /// Error(kCorruption) and the advice to delete it.
  static std::unique_ptr<Store> create(const std::filesystem::path& path,
                                       const StoreIdentity& identity);
  /// Throws Error(kNotFound) if there is no store, Error(kBusy), naming the process, if another one
  /// writes, Error(kBadInput) if a newer simdb wrote it.
  static std::unique_ptr<Store> open(const std::filesystem::path& path, StoreMode mode);

  /// Makes a damaged store usable again as far as that can be derived: reads a damaged log up to
  /// the damage (a copy of it is kept beside the store), makes lists of items, counters and what is
  /// known of the past anew. Never makes up an item, an embedding or an encoder. Does nothing to a
  /// sound store. What it can't repair verify() still names. Errors as open(); Error(kCorruption)
  /// if the store can't be opened even so.
  static StoreRepair repair(const std::filesystem::path& path);

  /// Makes a store in the folder `path`, which must not exist, from the entries that `next` hands
  /// over one by one until it returns false: those of for_each_entry, in its order. Errors as
  /// create(); Error(kCorruption) if they are in another. The store exists when all is written;
  /// what interrupts it leaves a folder that open() refuses.
  static std::unique_ptr<Store> create_from(const std::filesystem::path& path,
                                            const std::function<bool(StoreEntry&)>& next);

  /// Writes the identity of a new store in one synced batch: with it the store exists.
  static void initialize(RocksConnection& connection, const StoreIdentity& identity);
  /// Reads the identity; create() and open() call it. Throws Error(kCorruption) if it is damaged.
  explicit Store(std::unique_ptr<RocksConnection> connection);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  /// Keeps a small text under a name, or nothing if it is empty, as one synced change. Throws
  /// Error(kUsage) in a read-only store.
  void set_setting(std::string_view name, std::string_view value);
  /// Empty if there is none.
  std::string setting(std::string_view name) const;
  /// All of them by name.
  std::map<std::string, std::string> settings() const;

  /// Called with each item that a change removes or changes, as it was before.
  using ItemVisitor = std::function<void(const ItemRecord& before)>;

  /// Stores all items or none, with ascending ids, and syncs. `embeddings` has a row per item. In
  /// the same batch removes the stored items that they `replace` and makes `updates`, of each item
  /// one at most, and keeps those of `images` that it has not yet: of items that are there or
  /// added, under the right digests. Throws Error(kUsage) in a read-only store, if the sizes or
  /// dimensions differ or if a key is another item's, Error(kBadInput) on a name, a key or metadata
  /// that can't be used.
  std::vector<ItemId> put(std::span<const NewItem> items, const EmbeddingBatch& embeddings,
                          std::span<const ItemRecord> replaced = {},
                          std::span<const ItemUpdate> updates = {},
                          std::span<const ImageFile> images = {});
  /// Removes those of `ids` that exist, in one batch, and the images that no item has any more;
  /// returns them.
  std::vector<ItemId> erase(
      std::span<const ItemId> ids, const ItemVisitor& visit = [](const ItemRecord&) {});
  /// Changes those of `ids` that exist, in one batch, and leaves their embeddings; returns them.
  /// Errors as put(); Error(kUsage) too if several items are to have one key.
  std::vector<ItemId> update(
      std::span<const ItemId> ids, const ItemChange& change,
      const ItemVisitor& visit = [](const ItemRecord&) {});
  /// Forgets what the changes up to number `through` did: see changes_since. Does nothing if that
  /// is forgotten already, and is no change itself. Throws Error(kUsage) in a read-only store or if
  /// `through` > changes().
  void forget_changes(std::uint64_t through);
  /// The same for the oldest changes, so that at least the newest `entries` of the history stay: a
  /// removal and an update of an item are one each, so are all additions of a change. A store that
  /// has twice kHistoryEntries does this by itself with its next change.
  void forget_beyond(std::uint64_t entries);

  /// Makes a new store one that follows another gallery, its original, which is at change `at`: its
  /// changes get that one's numbers and marks. Until end_following() it refuses all other changes
  /// with Error(kUsage).
  void begin_following(const ChangePoint& at);
  /// Takes over items, with ids that no item had yet, while the store is incomplete. Syncs; is no
  /// change. Throws Error(kUsage) on other ids.
  void load(const FollowedItems& items);
  /// Takes over what became of the original, in one synced batch; with it an incomplete store is
  /// complete. Throws Error(kUsage) if that does not begin at changes(), Error(kCorruption) if an
  /// item was changed that is not there, or one added under an id that was given before: then this
  /// is a store of another gallery.
  void follow(const FollowedChanges& changes, const ItemVisitor& visit = [](const ItemRecord&) {});
  /// Makes it a store in its own right, whose next item gets the id `next_id` or a higher one. It
  /// forgets the changes up to here. Throws Error(kUsage) if it is not complete.
  void end_following(ItemId next_id);

  /// Begins a generation of embeddings by another encoder, beside the present one; drops the other
  /// one that there may be. Is no change, as nothing is that concerns the other generation only.
  /// Throws Error(kUsage) in a read-only store, in one without an encoder, or if it is the present
  /// encoder.
  void begin_generation(const StoreIdentity& identity);
  /// Stores embeddings by the other encoder, a row per id, and syncs. Ids of no item are passed
  /// over. Throws Error(kUsage) if there is none, or sizes or dimensions differ.
  void put_other(std::span<const ItemId> ids, const EmbeddingBatch& embeddings);
  /// Drops the other generation, if there is one.
  void drop_generation();
  /// Puts the other generation in place of the present one, in one synced change with which all
  /// that came before is forgotten (see forget_changes): who follows the store reads everything
  /// anew. The store is to be opened again. Throws Error(kUsage) if there is no other generation or
  /// an item would have no embedding; the store is as it was then.
  static void switch_generation(std::unique_ptr<Store> store, const GenerationSwitch& wanted);

  /// Writes all files anew: gives back the space of what was removed or changed, and leaves no
  /// bytes of it. Is no change itself; needs as much free space as the store takes. Calls `check`
  /// now and then and lets out what that throws. Throws Error(kUsage) in a read-only store.
  void compact(const std::function<void()>& check);

  std::optional<ItemRecord> get(ItemId id) const;
  /// One entry per id, in their order; faster than one by one.
  std::vector<std::optional<ItemRecord>> get_many(std::span<const ItemId> ids) const;
  std::optional<Embedding> embedding(ItemId id) const {
    return std::move(embeddings(std::span(&id, 1)).front());
  }
  /// One entry per id, in their order; faster than one by one.
  std::vector<std::optional<Embedding>> embeddings(std::span<const ItemId> ids) const;
  /// Bytes of an image file; empty if the item has none or does not exist.
  std::vector<std::byte> thumbnail(ItemId id) const;
  /// The image file of this digest; empty if it is not kept.
  std::vector<std::byte> image(const Sha256& digest) const;
  /// How many bytes it has, without reading it; 0 if it is not kept.
  std::uint64_t image_size(const Sha256& digest) const;
  /// Calls with each image that is kept, in ascending order of the digests.
  void for_each_image_size(
      const std::function<void(const Sha256& digest, std::uint64_t bytes)>& visit) const;
  std::optional<ItemId> find_key(std::string_view key) const;
  /// Items that pass, ascending. Equality, and the order of numbers, are answered by an index; the
  /// other comparisons read all items that have the field.
  std::vector<ItemId> find_metadata(const MetadataCondition& condition) const;
  /// Items whose image file had this digest, ascending.
  std::vector<ItemId> find_digest(const Sha256& digest) const {
    return std::move(find_digests(std::span(&digest, 1)).front());
  }
  /// The same for each of several digests in ascending order, faster than one by one.
  std::vector<std::vector<ItemId>> find_digests(std::span<const Sha256> digests) const;
  /// Classes in byte order of their names, none empty.
  std::vector<ClassCount> classes() const;
  /// How many items a class has; 0 if there is no such class.
  std::uint64_t class_size(std::string_view class_name) const;
  /// Items of a class, ascending; empty if there is no such class.
  std::vector<ItemId> items_of(std::string_view class_name) const;
  std::uint64_t size() const { return items_; }

  /// Calls with every record, or every embedding, in ascending order of id until the callback
  /// returns false.
  void for_each_item(const std::function<bool(const ItemRecord&)>& visit) const {
    for_each_item_from(ItemId{0}, visit);
  }
  void for_each_embedding(const std::function<bool(ItemId, std::span<const float>)>& visit) const {
    for_each_embedding_from(ItemId{0}, visit);
  }
  /// Calls with the record of each of these that exists, in their order, until the callback returns
  /// false. Reads many at a time.
  void for_each_item_of(std::span<const ItemId> ids,
                        const std::function<bool(const ItemRecord&)>& visit) const;
  /// Calls with those with id `first` and above, as for_each_item and for_each_embedding.
  void for_each_item_from(ItemId first, const std::function<bool(const ItemRecord&)>& visit) const;
  void for_each_embedding_from(
      ItemId first, const std::function<bool(ItemId, std::span<const float>)>& visit) const;

  /// A name drawn when the store was made, 32 lower-case hexadecimal digits: no other store has it
  /// but copies of this one.
  const std::string& id() const noexcept { return id_; }
  /// How many changes the store has seen: each call that changed something is one.
  /// 0 in a new store, and never goes back. In a read-only store it is the number at the time of
  /// opening.
  std::uint64_t changes() const noexcept { return changes_; }
  /// Tells whether a number of a change means the same change. After a store was replaced by an
  /// older copy, its changes get numbers that were given before; their marks differ. A mark is a
  /// random number of the writer that made the change; 0 before the first change. Nothing if
  /// `change` > changes() or is forgotten (see forget_changes). Equal id, change and mark mean
  /// equal content.
  std::optional<std::uint64_t> mark_of(std::uint64_t change) const;
  /// What the changes after number `change` did, up to the first change with which that makes
  /// `limit` events or more. Nothing if it is forgotten (see forget_changes; in a store of format 1
  /// that was opened for reading it always is) or if `change` > changes().
  std::optional<ItemHistory> changes_since(std::uint64_t change, std::size_t limit) const;
  /// The ids removed by the changes after number `change`, ascending; nothing if that is too long
  /// ago to tell (see forget_changes). None are removed after changes() or later.
  std::optional<std::vector<ItemId>> erased_since(std::uint64_t change) const;
  /// The same for ids that were changed and not removed by that, each once. Some may have been
  /// removed or not yet been added at the time of `change`.
  std::optional<std::vector<ItemId>> updated_since(std::uint64_t change) const;

  /// In a read-only store: the same store reopened if files of it were written since, maybe
  /// without a change; else null. Costs next to nothing then. Errors as open().
  std::unique_ptr<Store> newer() const;
  /// Every item that is added later has this id or a higher one. In a read-only store it is the one
  /// at the time of opening.
  ItemId next_id() const noexcept { return ItemId{next_id_.load()}; }

  /// Calls with every entry, family by family in ascending order of keys: one state of the store,
  /// even if changes go on meanwhile. The views are good until the next call.
  void for_each_entry(const std::function<void(std::string_view family, std::string_view key,
                                               std::string_view value)>& visit) const;

  /// How it was opened; a store just created is open for writing.
  StoreMode mode() const noexcept;
  /// Whether it follows another gallery.
  Following following() const noexcept { return following_; }
  std::size_t dimension() const noexcept { return dimension_; }
  const std::string& encoder_fingerprint() const noexcept { return fingerprint_; }
  std::vector<std::byte> encoder_model() const;
  /// The embeddings of another encoder that may be there, with that one's model file (Error(kUsage)
  /// if there is none) and the embeddings themselves, as for_each_embedding.
  std::optional<OtherGeneration> other_generation() const;
  std::vector<std::byte> other_encoder_model() const;
  void for_each_other_embedding(
      const std::function<bool(ItemId, std::span<const float>)>& visit) const;
  /// Items without an embedding by that encoder, ascending: all where there is none.
  std::vector<ItemId> without_other_embedding() const;
  /// Name of the space of a store without an encoder, else empty.
  const std::string& space() const noexcept { return space_; }

  /// The format version that the store had until it was opened for writing; nothing if it was of
  /// the newest.
  std::optional<std::uint64_t> upgraded_from() const noexcept;

  /// Reads every byte (checksums included) and compares the column families with each other.
  /// Returns the contradictions, at most 100; empty means sound. Changes nothing, and no change may
  /// run meanwhile.
  std::vector<StoreProblem> verify() const;

 private:
  class Change;

  void compare_with_witness() const;
  void require_writable(const char* attempt) const;
  void commit(Change& change, const std::string& attempt);
  // The same as change number `number`, whose mark is there.
  void commit_as(Change& change, std::uint64_t number, const std::string& attempt);
  void write(Change& change, const std::string& attempt);
  // What puts or erases an item leaves the history to its callers.
  void put_item(Change& change, const ItemRecord& record, std::span<const float> embedding,
                std::span<const std::byte> thumbnail) const;
  void erase_item(Change& change, const ItemRecord& record) const;
  void require_batch(std::size_t items, const EmbeddingBatch& embeddings) const;
  void require_following(Following wanted, const char* attempt) const;
  void require_new_ids(const FollowedItems& items) const;
  void require_next(const FollowedChanges& changes) const;
  // Returns whether it keeps images.
  bool put_items(Change& change, const FollowedItems& items) const;
  static void note_events(Change& change, std::span<const ItemEvent> events);
  void put_settings(Change& change, const std::map<std::string, std::string>& settings) const;
  // Returns whether there are any.
  bool keep_images(Change& change, std::span<const ImageFile> images) const;
  void erase_unused_images(Change& change) const;
  void update_item(Change& change, const ItemRecord& record, const ItemChange& wanted) const;
  void erase_other(Change& change, const OtherGeneration& other) const;
  void require_switchable(std::span<const ItemId> removed) const;
  void switch_to_other(const GenerationSwitch& wanted);
  void scan_vectors(Family family, std::size_t dimension, ItemId first,
                    const std::function<bool(ItemId, std::span<const float>)>& visit) const;
  void require_free_key(const std::string& key, const std::function<bool(ItemId)>& may_own) const;
  // The ids behind each of the prefixes, which ascend.
  std::vector<std::vector<ItemId>> ids_after(Family family,
                                             std::span<const std::string> prefixes) const;
  std::vector<ItemId> ids_after(Family family, const std::string& prefix) const;
  std::optional<std::vector<ItemId>> ids_since(std::uint64_t change, ChangeKind kind) const;

  const std::unique_ptr<RocksConnection> connection_;
  std::unique_ptr<Witness> witness_;  // of a writer
  const Family vectors_;              // where the embeddings are
  const std::size_t dimension_;
  const std::string fingerprint_;
  const std::string space_;
  const std::string id_;
  std::atomic<Following> following_;
  const bool knows_additions_;     // not in a store of format 1
  bool keeps_images_ = false;      // some; touched by changes only
  bool has_changed_ = false;       // this object made a change; touched by changes only
  std::uint64_t mark_ = 0;         // of the changes that this object made; touched by changes only
  std::string failure_;            // of a failed write; touched by changes only
  std::uint64_t history_entries_;  // touched by changes only
  // Changes write these, readers read them.
  std::atomic<std::uint64_t> next_id_;
  std::atomic<std::uint64_t> items_;
  std::atomic<std::uint64_t> changes_;
  std::atomic<std::uint64_t> tombstones_from_;
};

}  // namespace simdb
