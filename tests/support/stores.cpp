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
  const auto record = store.get(id);
  if (!record) return "no record";
  const NewItem expected = numbered_item(number, record->info.class_name);
  if (!(record->info == expected.info)) return "another record";
  if (store.embedding(id) != random_embeddings(1, store.dimension(), number).at(0)) {
    return "another embedding";
  }
  if (store.thumbnail(id) != expected.thumbnail) return "another thumbnail";
  const auto listed = [id](const std::vector<ItemId>& ids) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  if (!listed(store.find_digest(expected.info.digest))) return "not found by digest";
  if (!listed(store.items_of(expected.info.class_name))) return "not found by class";
  return "";
}

}  // namespace simdb::test
