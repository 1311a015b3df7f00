#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/class_name.h"
#include "postgres/rows_internal.h"

namespace simdb::postgres {
namespace {

// Records or embeddings that lie in memory at a time.
constexpr std::int64_t kRowsAtOnce = 10'000;

constexpr char kEscape = '\1';

[[noreturn]] void fail(ItemId id, const std::string& why) {
  throw Error(ErrorCode::kCorruption, "item " + std::to_string(to_number(id)) + " is damaged: " +
                                          why + "; restore the database from a copy");
}

std::string plain_text(std::string_view stored) {
  std::string text;
  text.reserve(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (stored[i] != kEscape || i + 1 == stored.size()) {
      text += stored[i];
    } else {
      text += static_cast<char>(stored[++i] - 1);
    }
  }
  return text;
}

nlohmann::json json_of(const MetadataValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return json_text(*text);
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean;
  return std::get<double>(value) + 0.0;  // no -0
}

MetadataValue value_of(ItemId id, const std::string& name, const nlohmann::json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return plain_text(value.get_ref<const std::string&>());
  fail(id, "its field '" + name + "' is no boolean, number or text");
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string stored;
  stored.reserve(text.size());
  for (const char c : text) {
    if (c == '\0' || c == kEscape) {
      stored += kEscape;
      stored += static_cast<char>(c + 1);
    } else {
      stored += c;
    }
  }
  return stored;
}

std::string to_json(const Metadata& metadata) {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, value] : metadata) object[name] = json_of(value);
  return object.dump();
}

std::string to_json(const MetadataValue& value) {
  const auto* number = std::get_if<double>(&value);
  if (number != nullptr && std::isinf(*number)) return *number > 0 ? "1e400" : "-1e400";
  return json_of(value).dump();
}

ItemRecord record_of(const Result& result, std::size_t row) {
  ItemRecord record;
  record.id = result.id(row, 0);
  ItemInfo& info = record.info;
  info.class_name = result.text(row, 1);
  info.source = result.text(row, 2);
  const std::string_view digest = result.text(row, 3);
  if (!result.is_null(row, 3)) {
    if (digest.size() != info.digest.size()) fail(record.id, "its digest is not 32 bytes");
    std::copy(digest.begin(), digest.end(), info.digest.begin());
  }
  info.width = static_cast<std::uint32_t>(result.number(row, 4));
  info.height = static_cast<std::uint32_t>(result.number(row, 5));
  info.key = result.text(row, 6);
  const std::string_view json = result.text(row, 7).substr(1);  // behind the form's version
  if (json != "{}") {
    const auto object = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) fail(record.id, "its metadata is no object");
    for (const auto& [name, value] : object.items()) {
      info.metadata.emplace(name, value_of(record.id, name, value));
    }
  }
  record.added_ms = result.number(row, 8);
  record.changed_ms = result.number(row, 9);
  return record;
}

std::vector<ItemRecord> records_of(const Result& result) {
  std::vector<ItemRecord> records;
  records.reserve(result.rows());
  for (std::size_t row = 0; row < result.rows(); ++row) records.push_back(record_of(result, row));
  return records;
}

std::vector<ItemId> ids_of(const Result& result) {
  std::vector<ItemId> ids;
  ids.reserve(result.rows());
  for (std::size_t row = 0; row < result.rows(); ++row) ids.push_back(result.id(row, 0));
  return ids;
}

std::vector<ItemId> items_of(Connection& connection, std::string_view class_name) {
  if (!is_storable(class_name)) return {};
  return ids_of(connection.run("SELECT id FROM items WHERE class_name = $1::text ORDER BY id",
                               Params().text(class_name)));
}

void ItemRows::add_record(std::int64_t id, const ItemInfo& info, std::int64_t added_ms,
                          std::int64_t changed_ms) {
  records_.begin_row();
  records_.number(id);
  records_.text(info.class_name);
  records_.text(info.source);
  info.digest == Sha256{} ? records_.null() : records_.text(bytes_of(info.digest));
  records_.number(info.width);
  records_.number(info.height);
  info.key.empty() ? records_.null() : records_.text(info.key);
  records_.json(to_json(info.metadata));
  records_.number(added_ms);
  records_.number(changed_ms);
}

void ItemRows::add_rest(std::int64_t id, std::span<const float> embedding,
                        std::span<const std::byte> thumbnail) {
  vectors_.begin_row();
  vectors_.number(id);
  vectors_.text(encode_vector(embedding));
  if (thumbnail.empty()) return;
  thumbnails_.begin_row();
  thumbnails_.number(id);
  thumbnails_.text(view_of(thumbnail));
}

void ItemRows::write(Connection& connection) const {
  connection.copy("COPY items FROM STDIN (FORMAT binary)", records_);
  connection.copy("COPY vectors FROM STDIN (FORMAT binary)", vectors_);
  connection.copy("COPY thumbnails FROM STDIN (FORMAT binary)", thumbnails_);
}

void count_classes(Connection& connection, const std::map<std::string, std::int64_t>& differences,
                   std::int64_t mark) {
  if (differences.empty()) return;
  std::vector<std::string> names;
  std::vector<std::int64_t> items;
  for (const auto& [name, difference] : differences) {
    names.push_back(name);
    items.push_back(difference);
  }
  connection.run(
      "INSERT INTO classes SELECT name, items, $3::bigint FROM unnest($1::text[], $2::bigint[]) u "
      "(name, items) ON CONFLICT (name) DO UPDATE SET items = classes.items + excluded.items, "
      "mark = excluded.mark",
      Params().texts(names).numbers(items).number(mark));
  connection.run("DELETE FROM classes WHERE name = ANY($1::text[]) AND items = 0",
                 Params().texts(names));
}

void erase_unused_images(Connection& connection, const std::set<std::string>& digests) {
  if (digests.empty()) return;
  // One statement would join tables of different nodes.
  const std::vector<std::string> gone(digests.begin(), digests.end());
  const Result used =
      connection.run("SELECT DISTINCT digest FROM items WHERE digest = ANY($1::bytea[])",
                     Params().byte_strings(gone));
  std::set<std::string> unused = digests;
  for (std::size_t row = 0; row < used.rows(); ++row) unused.erase(std::string(used.text(row, 0)));
  if (unused.empty()) return;
  connection.run("DELETE FROM images WHERE digest = ANY($1::bytea[])",
                 Params().byte_strings(std::vector<std::string>(unused.begin(), unused.end())));
}

void put_sidecar(Connection& connection, std::string_view name, std::string_view bytes) {
  connection.run(
      "INSERT INTO sidecars VALUES ($1::text, $2::bytea) "
      "ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes",
      Params().text(name).text(bytes));
}

void for_each_page(Connection& connection, const char* sql,
                   const std::function<bool(const Result&)>& visit) {
  for (std::int64_t last = 0;;) {
    const Result page = connection.run(sql, Params().number(last).number(kRowsAtOnce));
    if (page.empty() || !visit(page)) return;
    last = page.number(page.rows() - 1, 0);
  }
}

void for_each_embedding(Connection& connection, std::size_t dimension,
                        const std::function<bool(ItemId, std::span<const float>)>& visit) {
  std::vector<float> values(dimension);
  for_each_page(
      connection,
      "SELECT id, embedding FROM vectors WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint",
      [&](const Result& page) {
        for (std::size_t row = 0; row < page.rows(); ++row) {
          page.vector(row, 1, values);
          if (!visit(page.id(row, 0), values)) return false;
        }
        return true;
      });
}

bool is_storable(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

std::string bytes_of(const Sha256& digest) {
  if (digest == Sha256{}) return "";
  return {digest.begin(), digest.end()};
}

std::string_view view_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace simdb::postgres
