// Which items of a store meet a condition.
#include <algorithm>

#include "core/comparison.h"
#include "simdb/error.h"
#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/store.h"

namespace simdb {
namespace {

bool is_below(Comparison comparison) {
  return comparison == Comparison::kLess || comparison == Comparison::kLessOrEqual;
}

}  // namespace

std::vector<ItemId> Store::find_metadata(const MetadataCondition& condition) const {
  const Comparison comparison = condition.comparison;
  const std::string field = field_prefix(condition.name);
  if (condition.name.find('\0') != std::string::npos) return {};  // no field has such a name
  const std::string wanted = value_prefix(condition.name, condition.value);
  if (comparison == Comparison::kEqual) return ids_after(Family::kByMetadata, wanted);

  const bool of_any_type = comparison == Comparison::kNotEqual;
  // The index knows texts by their digests, which have another order.
  const bool of_text = std::holds_alternative<std::string>(condition.value) && !of_any_type;
  const std::string of_type = of_any_type ? field : wanted.substr(0, field.size() + 1);
  std::vector<ItemId> ids;
  connection_->scan_from(
      Family::kByMetadata, of_any_type || of_text || is_below(comparison) ? of_type : wanted,
      [&](std::string_view key, std::string_view) {
        if (!key.starts_with(of_type)) return false;
        const int order = key.compare(0, wanted.size(), wanted);
        if (!of_text && order > 0 && is_below(comparison)) return false;
        if (of_text || meets(order, comparison)) {
          const auto id = decode_id_after(key.size() < 8 ? 0 : key.size() - 8, key);
          if (!id) throw damaged(connection_->path(), "a key has a wrong length");
          ids.push_back(*id);
        }
        return true;
      });
  std::sort(ids.begin(), ids.end());
  if (!of_text) return ids;
  std::vector<ItemId> passing;
  for_each_item_of(ids, [&](const ItemRecord& record) {
    if (passes(record.info.metadata, condition)) passing.push_back(record.id);
    return true;
  });
  return passing;
}

}  // namespace simdb
