#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simdb/database.h"
#include "storage/store.h"

namespace simdb {

/// A database that is opened to give its items the embeddings of another encoder: these are built
/// beside the present ones, by one object or by several one after another, and take their place in
/// one step. Meanwhile readers see the present ones, and no other process writes. Errors as
/// Store's. Reads are thread-safe; what is not const needs exclusive access.
class Reembedding {
 public:
  /// Opens it for writing. `upgraded` as in OpenOptions. Errors as Database::open; Error(kUsage)
  /// if the database has no encoder.
  explicit Reembedding(const std::filesystem::path& folder,
                       const std::function<void(std::uint64_t from)>& upgraded = {});

  const std::string& encoder_fingerprint() const noexcept { return store_->encoder_fingerprint(); }
  std::size_t dimension() const noexcept { return store_->dimension(); }
  std::uint64_t items() const { return store_->size(); }
  std::optional<ItemRecord> get(ItemId id) const { return store_->get(id); }
  /// See Gallery::image.
  std::vector<std::byte> image(const Sha256& digest) const { return store_->image(digest); }
  /// See Database::kept_options.
  QueryOptions kept_options() const;

  /// The other encoder, where there are embeddings of one, and its model file.
  std::optional<OtherGeneration> other() const { return store_->other_generation(); }
  std::vector<std::byte> other_model() const { return store_->other_encoder_model(); }
  /// Begins with another encoder; embeddings of a third one are dropped. Throws Error(kUsage) if it
  /// is the present one.
  void begin(std::span<const std::byte> model, std::size_t dimension);
  /// Drops the other encoder and its embeddings, if there is one.
  void drop() { store_->drop_generation(); }

  /// The items that have no embedding by the other encoder, ascending.
  std::vector<ItemId> missing() const;
  /// Keeps embeddings by the other encoder, a row per id; durable when it returns.
  void put(std::span<const ItemId> ids, const EmbeddingBatch& embeddings) {
    store_->put_other(ids, embeddings);
  }

  /// Called with the class and both embeddings of each item that has both, ascending by id.
  using BothVisitor = std::function<void(
      const std::string& class_name, std::span<const float> before, std::span<const float> after)>;
  void for_each_with_both(const BothVisitor& visit) const;

  /// Puts the other encoder and its embeddings in place of the present ones, in one durable step,
  /// and removes `dropped` in it. The options of votes that were kept are dropped: they were chosen
  /// for the other encoder. With `keep_old` the present embeddings become the other ones. The last
  /// call. Throws Error(kUsage) if an item would be without an embedding.
  void switch_over(bool keep_old, std::span<const ItemId> dropped);

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace simdb
