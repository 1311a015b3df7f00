#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/gallery_identity.h"
#include "postgres/address.h"
#include "simdb/gallery.h"

namespace simdb {

struct PostgresOptions {
  bool is_read_only = false;
  /// How long a change waits for those of other writers before it throws Error(kBusy).
  std::chrono::milliseconds busy_after{30'000};
  /// How long what failed is tried again where that is safe: after a lost connection, or when the
  /// server gave way to another transaction.
  std::chrono::milliseconds retry_for{10'000};
};

/// A gallery in PostgreSQL (12 or newer) with pgvector: any number of processes on any number of
/// machines read and change it. Each change is a transaction; each call answers by one state, the
/// newest one, in a gallery opened for reading too.
///
/// A change that was acknowledged happened once, one that threw did not happen; where the
/// connection was lost at COMMIT, what became of it is looked up. If that can't be told within
/// `retry_for`, Error(kIo) says so.
///
/// Errors: kIo if the server can't be reached or refuses, kBusy, kNotFound, kBadInput as said at
/// the functions; no message holds a password. Thread-safe: a connection per call that runs, some
/// stay open.
class PostgresGallery final : public Gallery {
 public:
  /// Makes an empty gallery, the schema and pgvector in it included where they are missing. Throws
  /// Error(kUsage) if there is one, Error(kNotFound) if there is no such database, Error(kBadInput)
  /// if the server can't keep one, or not in shards.
  static std::unique_ptr<PostgresGallery> create(const PostgresAddress& address,
                                                 const GalleryIdentity& identity,
                                                 const PostgresOptions& options = {});
  /// Throws Error(kNotFound) if there is none, Error(kBadInput) if a newer simdb made it.
  static std::unique_ptr<PostgresGallery> open(const PostgresAddress& address,
                                               const PostgresOptions& options = {});
  /// Lets a role of the server read the gallery or, with `may_write`, change it.
  static void grant(const PostgresAddress& address, const std::string& role, bool may_write);

  ~PostgresGallery() override;

  std::vector<AddedItem> add(std::span<const NewItem> items,
                             const EmbeddingBatch& embeddings) override;
  std::size_t remove(std::span<const ItemId> ids) override;
  std::size_t remove_class(std::string_view class_name) override;
  std::size_t update(std::span<const ItemId> ids, const ItemChange& change) override;
  std::size_t rename_class(std::string_view from, std::string_view to) override;
  void set_setting(std::string_view name, std::string_view value) override;
  std::string setting(std::string_view name) const override;
  std::map<std::string, std::string> settings() const override;
  void set_sidecar(std::string_view name, std::span<const std::byte> bytes) override;
  std::optional<std::vector<std::byte>> sidecar(std::string_view name) const override;
  bool is_approximate() const noexcept override;
  std::string place() const override;

  std::vector<std::optional<ItemRecord>> get_many(std::span<const ItemId> ids) const override;
  std::optional<ItemId> find_key(std::string_view key) const override;
  std::vector<ItemId> find_digest(const Sha256& digest) const override;
  std::vector<std::optional<Embedding>> embeddings(std::span<const ItemId> ids) const override;
  std::vector<std::byte> thumbnail(ItemId id) const override;
  std::vector<std::vector<std::byte>> thumbnails(std::span<const ItemId> ids) const override;
  ItemId next_id() const override;
  std::vector<std::byte> image(const Sha256& digest) const override;
  std::uint64_t image_size(const Sha256& digest) const override;
  KeptImages kept_images() const override;
  std::vector<Neighbor> search(std::span<const float> query, std::size_t k,
                               const SearchFilter& filter = {}) const override;
  /// One after another; the server compares a query with many rows by several processes.
  std::vector<std::vector<Neighbor>> search_batch(const EmbeddingBatch& queries, std::size_t k,
                                                  const SearchFilter& filter = {}) const override;
  std::vector<Neighbor> range_search(std::span<const float> query, float min_similarity,
                                     const SearchFilter& filter = {}) const override;
  std::vector<LabeledNeighbor> look_up(std::span<const float> query,
                                       const Lookup& lookup) const override;
  std::vector<std::vector<LabeledNeighbor>> look_up_batch(const EmbeddingBatch& queries,
                                                          const Lookup& lookup) const override;
  std::vector<ClassCount> classes() const override;
  std::uint64_t class_size(std::string_view class_name) const override;
  std::vector<ItemId> items_of(std::string_view class_name) const override;
  std::vector<ItemRecord> items_after(ItemId after, std::size_t limit,
                                      const SearchFilter& filter = {}) const override;
  void for_each_item(const std::function<bool(const ItemRecord&)>& visit) const override;
  void for_each_embedding(
      const std::function<bool(ItemId, std::span<const float>)>& visit) const override;
  GalleryStats stats() const override;
  std::size_t dimension() const noexcept override { return identity_.dimension; }
  const std::string& encoder_fingerprint() const noexcept override {
    return identity_.encoder_fingerprint;
  }
  std::vector<std::byte> encoder_model() const override;
  const std::string& space() const noexcept override { return identity_.space; }
  std::uint64_t changes() const override;
  std::optional<ItemHistory> changes_since(std::uint64_t change,
                                           std::size_t limit = SIZE_MAX) const override;
  std::optional<std::uint64_t> change_mark(std::uint64_t change) const override;

  /// In a gallery opened for reading: whether there was a change since it was opened or this was
  /// called last.
  bool refresh() override;
  std::vector<std::string> verify() const override;
  std::vector<std::string> verify_searches() const override;
  /// Makes the HNSW index anew, beside searches and changes. Throws Error(kUsage) in a gallery
  /// opened for reading.
  ReindexReport reindex() override;

 private:
  struct Parts;  // what talks to the server
  friend class PostgresCopy;

  // Without `is_whole` a copy that has not come to its end, too.
  static std::unique_ptr<PostgresGallery> open(const PostgresAddress& address,
                                               const PostgresOptions& options, bool is_whole);
  PostgresGallery(const PostgresAddress& address, GalleryIdentity identity,
                  const PostgresOptions& options);
  void require_writable(const char* attempt) const;
  template <typename Make>
  auto change(const char* attempt, const Make& make);
  std::vector<Neighbor> find(std::span<const float> query, const Lookup& lookup) const;
  std::vector<std::vector<Neighbor>> find_batch(const EmbeddingBatch& queries,
                                                const Lookup& lookup) const;

  const std::unique_ptr<Parts> parts_;
  const GalleryIdentity identity_;  // without the model
  const PostgresOptions options_;
};

}  // namespace simdb
