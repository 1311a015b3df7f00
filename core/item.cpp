#include "simdb/item.h"

namespace simdb {

ItemInfo changed(ItemInfo info, const ItemChange& change) {
  if (change.class_name) info.class_name = *change.class_name;
  if (change.source) info.source = *change.source;
  if (change.key) info.key = *change.key;
  for (const std::string& name : change.unset) info.metadata.erase(name);
  for (const auto& [name, value] : change.set) info.metadata.insert_or_assign(name, value);
  return info;
}

}  // namespace simdb
