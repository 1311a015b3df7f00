#pragma once

#include <rocksdb/write_batch.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/rocksdb_connection_internal.h"
#include "storage/store.h"
#include "storage/witness_internal.h"

namespace simdb {

/// The store's meaning of a RocksDB: which keys a change touches. Thread safety as Store's.
class RocksStore final : public Store {
 public:
  /// Writes the identity of a new store in one synced batch: with it the store exists.
  static void initialize(RocksConnection& connection, const StoreIdentity& identity);
  /// Reads the identity. Throws Error(kCorruption) if it is damaged.
  explicit RocksStore(std::unique_ptr<RocksConnection> connection);

  std::vector<ItemId> put(std::span<const NewItem> items,
                          const EmbeddingBatch& embeddings) override;
  std::vector<ItemId> erase(std::span<const ItemId> ids) override;
  void forget_erased(std::uint64_t through) override;

  std::optional<ItemRecord> get(ItemId id) const override;
  std::optional<Embedding> embedding(ItemId id) const override;
  std::vector<std::byte> thumbnail(ItemId id) const override;
  std::vector<ItemId> find_digest(const Sha256& digest) const override;
  std::vector<ClassCount> classes() const override;
  std::uint64_t class_size(std::string_view class_name) const override;
  std::vector<ItemId> items_of(std::string_view class_name) const override;
  std::uint64_t size() const override { return items_; }

  void for_each_item(const std::function<bool(const ItemRecord&)>& visit) const override;
  void for_each_embedding_from(
      ItemId first,
      const std::function<bool(ItemId, std::span<const float>)>& visit) const override;

  const std::string& id() const noexcept override { return id_; }
  std::uint64_t changes() const noexcept override { return changes_; }
  std::optional<std::uint64_t> mark_of(std::uint64_t change) const override;
  std::optional<std::vector<ItemId>> erased_since(std::uint64_t change) const override;

  StoreMode mode() const noexcept override { return connection_->mode(); }
  std::size_t dimension() const noexcept override { return dimension_; }
  const std::string& encoder_fingerprint() const noexcept override { return fingerprint_; }
  std::vector<std::byte> encoder_model() const override;

  std::vector<StoreProblem> verify() const override;
  void for_each_entry(const std::function<void(std::string_view, std::string_view,
                                               std::string_view)>& visit) const override;

 private:
  class Change;

  void compare_with_witness() const;
  void require_writable(const char* attempt) const;
  void commit(Change& change, const std::string& attempt);
  void write(Change& change, const std::string& attempt);
  std::vector<ItemId> ids_after(Family family, std::string_view prefix) const;

  std::unique_ptr<RocksConnection> connection_;
  std::optional<Witness> witness_;  // of a writer
  std::size_t dimension_ = 0;
  std::string fingerprint_;
  std::string id_;
  std::uint64_t next_id_ = 1;  // touched by changes only
  bool has_changed_ = false;   // this object made a change; touched by changes only
  std::uint64_t mark_ = 0;     // of the changes that this object made; touched by changes only
  std::string failure_;        // of a failed write; touched by changes only
  // Changes write these, readers read them.
  std::atomic<std::uint64_t> items_ = 0;
  std::atomic<std::uint64_t> changes_ = 0;
  std::atomic<std::uint64_t> tombstones_from_ = 0;
};

}  // namespace simdb
