#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"

namespace simdb::test {

/// A new store of dimension 16 (or another) whose encoder is a few bytes.
std::unique_ptr<Store> make_store(const std::filesystem::path& path, std::size_t dimension = 16);

/// Adds items number `first` ... `first + count - 1`, all in one call; see numbered_item and
/// random_embeddings.
std::vector<ItemId> put_numbered(Store& store, std::uint64_t first, std::size_t count,
                                 const std::string& class_name);

/// How a store fails to hold item `number` under `id`, in words; empty if all is there, bit for
/// bit.
std::string difference(const Store& store, ItemId id, std::uint64_t number);

/// `difference` for many items of a store that does not change: reads the list of a class once.
class ItemComparison {
 public:
  explicit ItemComparison(const Store& store) : store_(store) {}
  std::string difference(ItemId id, std::uint64_t number);

 private:
  const Store& store_;
  std::map<std::string, std::vector<ItemId>> by_class_;  // ascending
};

}  // namespace simdb::test
