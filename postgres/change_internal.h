#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "database/addition_plan.h"
#include "postgres/connection_internal.h"
#include "postgres/rows_internal.h"

namespace simdb::postgres {

/// What a gallery remembers of its past at least, in entries; it forgets at twice that.
inline constexpr std::int64_t kHistoryEntries = 1'000'000;

/// One change of a gallery, in a transaction that has begun. While one lives, the gallery's row is
/// locked: no other writer changes anything, so what is read here stays.
class Change {
 public:
  /// `mark` is drawn at random: it tells this change from any other one.
  Change(Connection& connection, std::int64_t mark);

  /// Its number, if it becomes one.
  std::int64_t number() const noexcept { return changes_ + 1; }
  /// Whether the change of this number is the one with this mark.
  bool is_made(std::int64_t number) const;

  /// What plan_addition reads.
  const StoredItems& stored() const { return stored_; }
  /// Carries out a plan; returns the ids of what is new.
  std::vector<ItemId> add(const AdditionPlan& plan, std::span<const NewItem> items,
                          const EmbeddingBatch& embeddings);
  std::vector<ItemId> items_of(std::string_view class_name) const {
    return postgres::items_of(connection_, class_name);
  }
  /// Returns how many there were.
  std::size_t erase(std::span<const ItemId> ids);
  /// Errors and result as Gallery::update.
  std::size_t update(std::span<const ItemId> ids, const ItemChange& wanted);
  void set_setting(std::string_view name, std::string_view value);

  /// Whether there is anything to commit.
  bool is_empty() const noexcept { return !has_changed_; }
  /// Writes what follows from all of it: the last before COMMIT.
  void finish();

 private:
  class Stored final : public StoredItems {
   public:
    explicit Stored(Connection& connection) : connection_(connection) {}
    std::vector<std::optional<ItemRecord>> with_keys(
        std::span<const std::string_view> keys) const override;
    std::vector<ItemRecord> with_images(std::span<const ImageOfClass> images) const override;

   private:
    Connection& connection_;
  };

  void insert(std::span<const std::size_t> fresh, std::span<const NewItem> items,
              const EmbeddingBatch& embeddings);
  void update_items(std::span<const ItemUpdate> updates);
  void keep_images(std::span<const NewItem> items);
  void note(ChangeKind kind, ItemId first, std::int64_t items = 1);
  void count(const std::string& class_name, std::int64_t items);
  void forget_old();

  Connection& connection_;
  const std::int64_t mark_;
  const Stored stored_;
  std::int64_t next_id_ = 0;
  std::int64_t items_ = 0;
  std::int64_t changes_ = 0;
  std::int64_t forgotten_ = 0;
  std::int64_t history_ = 0;
  bool has_changed_ = false;
  CopyRows history_rows_{4};
  std::map<std::string, std::int64_t> classes_;  // touched -> items gained or lost
  std::set<std::string> gone_digests_;
};

}  // namespace simdb::postgres
