#pragma once

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

#include "simdb/byte_stream.h"
#include "simdb/digest.h"
#include "simdb/embedding.h"
#include "simdb/grouped_items.h"
#include "simdb/id_filter.h"
#include "simdb/item.h"
#include "simdb/metadata.h"

namespace simdb {

/// What became of one item of an add.
struct AddedItem {
  ItemId id{};
  bool is_new = true;       ///< false: it was there already under this id
  bool is_updated = false;  ///< it was there, and took over the new source, class or metadata
};

struct GalleryStats {
  std::uint64_t items = 0;
  std::uint64_t classes = 0;
  std::size_t dimension = 0;
  std::string encoder_fingerprint;
  std::uint64_t disk_bytes = 0;
  std::string space = {};  ///< empty if there is an encoder
};

/// What rebuilding the index made.
struct ReindexReport {
  std::uint64_t items = 0;
  std::uint64_t snapshot_bytes = 0;
};

/// What a gallery took on the disk before and after it was compacted.
struct CompactReport {
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes = 0;
};

/// The image files that a gallery keeps, each once, however many items have it.
struct KeptImages {
  std::uint64_t images = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const KeptImages&, const KeptImages&) = default;
};

struct BackupReport {
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
};

/// What a vote needs to know of a class; see core/vote.h.
struct ClassSummary {
  std::uint64_t items = 0;  ///< 0 if there is no such class
  /// The direction of the mean of its embeddings, added up in ascending order of id. Null if
  /// !mean_is_heard(0, items) or if they cancel each other out.
  std::shared_ptr<const Embedding> mean;
};

/// Which items a search or a page may return: those that pass every filter given. Searches stay
/// exact, and get faster as fewer items pass.
struct SearchFilter {
  std::vector<std::string> class_names = {};  ///< items of any of these classes; empty = all
  IdFilter ids = {};                          ///< these items
  std::vector<MetadataCondition> where = {};  ///< items whose metadata meet all of these
};

/// How many items have a value in some field of their metadata.
struct MetadataCount {
  MetadataValue value;
  std::uint64_t items = 0;

  friend bool operator==(const MetadataCount&, const MetadataCount&) = default;
};

/// Which of the items that pass a filter a look-up returns.
struct Lookup {
  std::size_t k = 10;                          ///< the k nearest, at least 1
  std::optional<float> within = std::nullopt;  ///< where set, all of at least this similarity
  SearchFilter filter = {};
};

/// A hit with what an answer and a vote need to know of it.
struct LabeledNeighbor {
  ItemId id{};
  float similarity = 0;
  std::string class_name;
  std::string source;
  std::size_t class_size = 1;  ///< items of that class in the gallery; at least 1
  /// Of the query to the direction of the class's mean, where the vote asks for it: see
  /// core/vote.h.
  std::optional<float> mean_similarity = std::nullopt;
  bool has_details = true;  ///< false: it has neither a key nor metadata
};

/// The reference items, their search and the encoder that they belong to: the port behind which a
/// database keeps them (EmbeddedGallery in a folder). tests/database/gallery_conformance.h is what
/// an engine must pass. Thread-safe. Errors as Store's.
class Gallery {
 public:
  virtual ~Gallery() = default;

  /// Stores all items or none; durable when it returns. Results are in the order of `items`. What
  /// is there already is not stored twice:
  /// - An item with a key takes the place of the one that has it. If both have the same digest,
  /// that
  ///   one keeps its id and gets class, source and metadata; else it is removed in the same step.
  /// - An item without a key whose digest and class are there is that item; a new source, and the
  ///   fields of its metadata, replace those of old. A digest of zeros is not known to be there.
  /// Keeps the images that come with the items, in the same step, where the engine can. Throws
  /// Error(kUsage) if two items have the same key or an image is not the one of its digest.
  virtual std::vector<AddedItem> add(std::span<const NewItem> items,
                                     const EmbeddingBatch& embeddings) = 0;
  /// Removes those that exist, in one step; returns how many did.
  virtual std::size_t remove(std::span<const ItemId> ids) = 0;
  /// Removes all items of a class in one step; returns how many there were.
  virtual std::size_t remove_class(std::string_view class_name) = 0;
  /// Changes those that exist, in one step; returns how many did. They keep id and embedding.
  /// Throws Error(kBadInput) if a name, key or metadata can't be used, Error(kUsage) if a key is to
  /// be given to several items or belongs to another one.
  virtual std::size_t update(std::span<const ItemId> ids, const ItemChange& change) = 0;
  /// Moves all items of class `from` to `to`, which may exist, in one step; returns how many.
  virtual std::size_t rename_class(std::string_view from, std::string_view to) = 0;

  /// Keeps a small text that belongs to the gallery, such as a choice made for it, under a name;
  /// an empty one takes it away. One change, which no item is part of; backups have it.
  virtual void set_setting(std::string_view name, std::string_view value) = 0;
  /// Empty if there is none of that name.
  virtual std::string setting(std::string_view name) const = 0;
  /// All of them by name.
  virtual std::map<std::string, std::string> settings() const = 0;

  /// Keeps a file that belongs to the gallery without being a change of it, such as its
  /// calibration, under a name of letters and digits, also in a gallery opened for reading.
  /// Replaces what was there in one step; durable when it returns. A backup does without.
  virtual void set_sidecar(std::string_view name, std::span<const std::byte> bytes) = 0;
  /// Nothing if there is none of that name.
  virtual std::optional<std::vector<std::byte>> sidecar(std::string_view name) const = 0;
  /// Whether searches may miss some of the nearest items, as somebody chose for this gallery.
  virtual bool is_approximate() const noexcept { return false; }
  /// Where the gallery is, for a person: its folder, or its address without a password.
  virtual std::string place() const = 0;

  std::optional<ItemRecord> get(ItemId id) const { return get_many(std::span(&id, 1)).front(); }
  /// One entry per id, in their order.
  virtual std::vector<std::optional<ItemRecord>> get_many(std::span<const ItemId> ids) const = 0;
  /// The item with this key.
  virtual std::optional<ItemId> find_key(std::string_view key) const = 0;
  /// Items whose image file had this digest, ascending.
  virtual std::vector<ItemId> find_digest(const Sha256& digest) const = 0;
  std::optional<Embedding> embedding(ItemId id) const {
    return std::move(embeddings(std::span(&id, 1)).front());
  }
  /// One entry per id, in their order.
  virtual std::vector<std::optional<Embedding>> embeddings(std::span<const ItemId> ids) const = 0;
  virtual std::vector<std::byte> thumbnail(ItemId id) const = 0;
  /// One per id, in their order.
  virtual std::vector<std::vector<std::byte>> thumbnails(std::span<const ItemId> ids) const;
  /// Every item that is added later has this id or a higher one, those of earlier changes lower
  /// ones than those of later changes.
  virtual ItemId next_id() const = 0;
  /// The k nearest items in the order of ranks_before; fewer if there are fewer. The searches
  /// throw Error(kUsage) if k is 0 or the query has not the gallery's dimension and unit length.
  virtual std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                                       const SearchFilter& filter = {}) const = 0;
  /// The same for every row of `queries`, on all cores.
  virtual std::vector<std::vector<Neighbor>> search_batch(
      const EmbeddingBatch& queries, std::size_t k, const SearchFilter& filter = {}) const = 0;
  /// All items whose similarity is at least `min_similarity`, in the order of ranks_before.
  virtual std::vector<Neighbor> range_search(std::span<const float> query, float min_similarity,
                                             const SearchFilter& filter = {}) const = 0;
  /// The groups of `items`, but those of `without`, of which an item has at least the group's limit
  /// of similarity, in any order, and the similarity of the nearest. What range_search() at the
  /// lowest limit tells, for less where limits differ.
  virtual std::vector<GroupBest> best_of_groups(std::span<const float> query,
                                                const GroupedItems& items,
                                                std::span<const std::uint32_t> without = {}) const;
  /// What search() or, with `within`, range_search() finds, with all that a vote needs to know: the
  /// hits of one call are of one state, and one that is removed meanwhile is left out.
  virtual std::vector<LabeledNeighbor> look_up(std::span<const float> query,
                                               const Lookup& lookup) const = 0;
  /// The same for every row of `queries`, on all cores.
  virtual std::vector<std::vector<LabeledNeighbor>> look_up_batch(const EmbeddingBatch& queries,
                                                                  const Lookup& lookup) const = 0;
  /// In byte order of the names, none empty.
  virtual std::vector<ClassCount> classes() const = 0;
  /// How many items a class has; 0 if there is no such class.
  virtual std::uint64_t class_size(std::string_view class_name) const = 0;
  /// Items of a class, ascending; empty if there is no such class.
  virtual std::vector<ItemId> items_of(std::string_view class_name) const = 0;
  /// A page: the items with an id above `after` that pass the filter, ascending, at most `limit`.
  /// Start with ItemId{0}, go on with the last id; an empty page is the end. Its cost does not grow
  /// with where it begins.
  virtual std::vector<ItemRecord> items_after(ItemId after, std::size_t limit,
                                              const SearchFilter& filter = {}) const = 0;
  /// The values of a field of the metadata, with the items that pass the filter and have them; most
  /// items first, then in the order of MetadataValue. Reads all records that pass.
  std::vector<MetadataCount> count_by(std::string_view field,
                                      const SearchFilter& filter = {}) const;
  /// Calls with every record, or every embedding, in ascending order of id until the callback
  /// returns false. Each call of these sees one state of the gallery.
  virtual void for_each_item(const std::function<bool(const ItemRecord&)>& visit) const = 0;
  virtual void for_each_embedding(
      const std::function<bool(ItemId, std::span<const float>)>& visit) const = 0;
  virtual GalleryStats stats() const = 0;
  virtual std::size_t dimension() const noexcept = 0;
  /// SHA-256 of encoder_model(), hexadecimal.
  virtual const std::string& encoder_fingerprint() const noexcept = 0;
  /// The bytes of the encoder's model file. In a gallery without an encoder a text that names its
  /// space: see docs/file_formats.md.
  virtual std::vector<std::byte> encoder_model() const = 0;
  /// The name of the VectorSpace of a gallery without an encoder, else empty.
  virtual const std::string& space() const noexcept = 0;
  /// How many changes the gallery has seen: each call that added, changed or removed something is
  /// one. Never goes back. In a reader it is the number of the state that it sees.
  virtual std::uint64_t changes() const = 0;
  /// What the changes after number `change` did, for who keeps something else in step: start with
  /// changes(), then go on with ItemHistory::through. Ends with the first change that brings the
  /// events to `limit` or more; each change is told whole. An item of an event may have been
  /// changed or removed again by a later one. Nothing if `change` is forgotten (an engine remembers
  /// a million events or more) or above changes(): then only reading all items tells.
  virtual std::optional<ItemHistory> changes_since(std::uint64_t change,
                                                   std::size_t limit = SIZE_MAX) const = 0;
  /// Tells whether a number still means the same change after refresh(): not where an older copy
  /// was put in place of the gallery and went on from there. Drawn at random by the writer of the
  /// change; 0 before the first. Nothing where changes_since says nothing.
  virtual std::optional<std::uint64_t> change_mark(std::uint64_t change) const = 0;

  /// Brings a gallery that was opened for reading to the newest state: what was acknowledged before
  /// the call is seen after it. Answers go on meanwhile, each of one state. Returns whether there
  /// was a change; false in a gallery opened for writing, which sees its own. An engine whose
  /// readers see the newest state in each call only tells. Throws Error(kUsage) if another database
  /// is there now.
  virtual bool refresh() = 0;

  /// Every contradiction in what is stored, in words for a person; empty means sound. Changes
  /// nothing, and wait meanwhile.
  virtual std::vector<std::string> verify() const = 0;
  /// Compares the answers to up to 1,000 queries with a linear scan, which takes as long as 1,000
  /// scans. Returns what differs, in words; empty means nothing. Changes wait meanwhile.
  virtual std::vector<std::string> verify_searches() const = 0;

  // Not every engine keeps image files: by default there are none.

  /// The image file that an item was made of, by its digest (see NewItem::image); empty if it is
  /// not kept. It goes with the last item that has the digest.
  virtual std::vector<std::byte> image(const Sha256& digest) const;
  /// How many bytes that has, without reading it; 0 if it is not kept.
  virtual std::uint64_t image_size(const Sha256& digest) const;
  virtual KeptImages kept_images() const;

  // What not every engine can: by default Error(kUsage) with what to do instead.

  /// Hands everything to `sink`, the encoder included, for restore_database. Changes go on
  /// meanwhile and are not in it. Calls `check` often and lets out what that and `sink` throw.
  virtual BackupReport back_up(
      const ByteSink& sink, const std::function<void()>& check = [] {}) const;
  /// The same into one file, which is replaced whole; a failure leaves it as it was.
  BackupReport back_up(
      const std::filesystem::path& file, const std::function<void()>& check = [] {}) const;
  /// Rebuilds the search index and saves it for later processes. Throws Error(kUsage) in a
  /// gallery opened for reading, Error(kIo) if it can't be written.
  virtual ReindexReport reindex();
  /// Gives back the space of what was removed or changed, and leaves no bytes of it in the files,
  /// but for copies that a repair has put aside and, until the next opening for writing, a few
  /// names of classes, fields and keys. Takes the time to write all of it anew, and as much free
  /// space; changes wait meanwhile, answers go on. Calls `check` now and then and lets out what
  /// that throws: nothing is lost. Throws Error(kUsage) in a gallery opened for reading.
  virtual CompactReport compact(const std::function<void()>& check = [] {});
};

}  // namespace simdb
