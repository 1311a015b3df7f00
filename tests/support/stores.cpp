#include "tests/support/stores.h"

#include <algorithm>

#include "tests/support/embeddings.h"

namespace simdb::test {

std::unique_ptr<Store> make_store(const std::filesystem::path& path, std::size_t dimension) {
  const std::vector<std::byte> model(1000, std::byte{42});
  return Store::create(path, {dimension, to_hex(sha256(model)), model});
}

std::vector<ItemId> put_numbered(Store& store, std::uint64_t first, std::size_t count,
                                 const std::string& class_name) {
  std::vector<NewItem> items;
  EmbeddingBatch embeddings(store.dimension());
  for (std::uint64_t number = first; number < first + count; ++number) {
    items.push_back(numbered_item(number, class_name));
    embeddings.append(random_embeddings(1, store.dimension(), number));
  }
  return store.put(items, embeddings);
}

std::string difference(const Store& store, ItemId id, std::uint64_t number) {
  return ItemComparison(store).difference(id, number);
}

std::string ItemComparison::difference(ItemId id, std::uint64_t number) {
  const auto record = store_.get(id);
  if (!record) return "no record";
  const NewItem expected = numbered_item(number, record->info.class_name);
  if (!(record->info == expected.info)) return "another record";
  if (store_.embedding(id) != random_embeddings(1, store_.dimension(), number).at(0)) {
    return "another embedding";
  }
  if (store_.thumbnail(id) != expected.thumbnail) return "another thumbnail";
  const std::vector<ItemId> same = store_.find_digest(expected.info.digest);
  if (std::find(same.begin(), same.end(), id) == same.end()) return "not found by digest";
  const std::string& name = expected.info.class_name;
  const auto [listed, is_new] = by_class_.try_emplace(name);
  if (is_new) listed->second = store_.items_of(name);
  return std::ranges::binary_search(listed->second, id) ? "" : "not found by class";
}

}  // namespace simdb::test
