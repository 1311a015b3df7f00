#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/connection_internal.h"
#include "simdb/item.h"
#include "simdb/metadata.h"

namespace simdb::postgres {

/// Columns of `items` for record_of.
inline constexpr const char* kItemColumns =
    "id, class_name, source, digest, width, height, key, metadata, added_ms, changed_ms";
/// A row of these columns. Throws Error(kCorruption), naming the id, if it can't be one.
ItemRecord record_of(const Result& result, std::size_t row);
/// All rows of these columns.
std::vector<ItemRecord> records_of(const Result& result);
/// The first column of all rows.
std::vector<ItemId> ids_of(const Result& result);
/// Of a class, ascending.
std::vector<ItemId> items_of(Connection& connection, std::string_view class_name);

/// New rows of items.
class ItemRows {
 public:
  void add_record(std::int64_t id, const ItemInfo& info, std::int64_t added_ms,
                  std::int64_t changed_ms);
  /// What is not in the record. A thumbnail may be empty.
  void add_rest(std::int64_t id, std::span<const float> embedding,
                std::span<const std::byte> thumbnail);
  void write(Connection& connection) const;

 private:
  CopyRows records_{10};
  CopyRows vectors_{2};
  CopyRows thumbnails_{2};
};

/// Classes, by name, have so many more items, or fewer, by the change with this mark.
void count_classes(Connection& connection, const std::map<std::string, std::int64_t>& differences,
                   std::int64_t mark);
/// Of these digests, those that no item has.
void erase_unused_images(Connection& connection, const std::set<std::string>& digests);
/// Adds or replaces it.
void put_sidecar(Connection& connection, std::string_view name, std::string_view bytes);

/// Calls with the rows of a statement, page by page, until the callback returns false: the ids are
/// in the first column, $1 is the last one seen and $2 the most rows per page.
void for_each_page(Connection& connection, const char* sql,
                   const std::function<bool(const Result&)>& visit);
/// With each embedding, in ascending order of id.
void for_each_embedding(Connection& connection, std::size_t dimension,
                        const std::function<bool(ItemId, std::span<const float>)>& visit);

/// A flat object. jsonb takes no U+0000: a text has U+0001 U+0001 in place of it and U+0001 U+0002
/// in place of U+0001, which leaves the order of texts as it is.
std::string to_json(const Metadata& metadata);
/// A value alone. Numbers beyond all doubles stand for the infinities.
std::string to_json(const MetadataValue& value);
/// A text as to_json() has it, but not quoted.
std::string json_text(std::string_view text);

/// False for what no text column can hold: then no row has it.
bool is_storable(std::string_view text);

inline std::int64_t number_of(ItemId id) { return static_cast<std::int64_t>(to_number(id)); }

/// Empty for the digest of zeros, which is kept as NULL.
std::string bytes_of(const Sha256& digest);
std::string_view view_of(std::span<const std::byte> bytes);

}  // namespace simdb::postgres
