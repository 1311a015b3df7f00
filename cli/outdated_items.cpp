#include "cli/outdated_items.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include "cli/render.h"
#include "database/item_selection.h"

namespace simdb::cli {

std::vector<ItemId> outdated(const Gallery& gallery, std::span<const ItemId> added) {
  std::set<std::pair<std::string, std::string>> places;
  std::set<std::string> classes;
  for (const auto& item : gallery.get_many(added)) {
    if (!item || item->info.source.empty()) continue;
    places.emplace(item->info.class_name, item->info.source);
    classes.insert(item->info.class_name);
  }
  std::vector<ItemId> found;
  const SearchFilter filter{.class_names = {classes.begin(), classes.end()}};
  if (places.empty()) return found;
  for_each_page(gallery, {.filter = filter}, [&](std::span<const ItemRecord> page) {
    for (const ItemRecord& item : page) {
      if (places.contains({item.info.class_name, item.info.source}) &&
          !std::ranges::binary_search(added, item.id)) {
        found.push_back(item.id);
      }
    }
    return true;
  });
  return found;
}

void print_outdated(std::ostream& err, std::span<const ItemId> items) {
  constexpr std::size_t kMost = 10;
  std::string ids;
  for (const ItemId id : items.first(std::min(kMost, items.size()))) {
    ids += " " + std::to_string(to_number(id));
  }
  err << "simdb: " << count_of(items.size(), "item", "items")
      << " of these classes came from paths that hold other pictures now; to remove "
      << (items.size() == 1 ? "it" : "them") << ": simdb rm" << ids
      << (items.size() > kMost ? " ..." : "") << '\n';
}

}  // namespace simdb::cli
