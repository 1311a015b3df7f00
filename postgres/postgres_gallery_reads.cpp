// What a gallery in PostgreSQL answers; nothing here changes it.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/item_update.h"
#include "postgres/filter_internal.h"
#include "postgres/parts_internal.h"
#include "postgres/rows_internal.h"
#include "postgres/schema_internal.h"

namespace simdb {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;

bool is_beyond_all(ItemId id) { return to_number(id) > std::uint64_t{INT64_MAX}; }

// One entry per id, in their order, of rows whose first column is the id.
template <typename Value, typename Read>
std::vector<std::optional<Value>> in_order(std::span<const ItemId> ids, const Result& rows,
                                           const Read& read) {
  std::unordered_map<std::uint64_t, std::size_t> row_of;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    row_of.emplace(to_number(rows.id(row, 0)), row);
  }
  std::vector<std::optional<Value>> values(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const auto found = row_of.find(to_number(ids[i])); found != row_of.end()) {
      values[i] = read(found->second);
    }
  }
  return values;
}

}  // namespace

std::vector<std::optional<ItemRecord>> PostgresGallery::get_many(
    std::span<const ItemId> ids) const {
  return parts_->pool.read([&](Connection& connection) {
    const Result rows = connection.run((std::string("SELECT ") + postgres::kItemColumns +
                                        " FROM items WHERE id = ANY($1::bigint[])")
                                           .c_str(),
                                       Params().ids(ids));
    return in_order<ItemRecord>(ids, rows,
                                [&](std::size_t row) { return postgres::record_of(rows, row); });
  });
}

std::vector<std::optional<Embedding>> PostgresGallery::embeddings(
    std::span<const ItemId> ids) const {
  return parts_->pool.read([&](Connection& connection) {
    const Result rows = connection.run(
        "SELECT id, embedding FROM vectors WHERE id = ANY($1::bigint[])", Params().ids(ids));
    std::vector<float> values(dimension());
    return in_order<Embedding>(ids, rows, [&](std::size_t row) {
      rows.vector(row, 1, values);
      return Embedding::from_unit(values);
    });
  });
}

std::optional<ItemId> PostgresGallery::find_key(std::string_view key) const {
  if (key.empty() || !postgres::is_storable(key)) return std::nullopt;
  return parts_->pool.read([&](Connection& connection) {
    const Result row =
        connection.run("SELECT id FROM items WHERE key = $1::text", Params().text(key));
    return row.empty() ? std::nullopt : std::optional(row.id(0, 0));
  });
}

std::vector<ItemId> PostgresGallery::find_digest(const Sha256& digest) const {
  return parts_->pool.read([&](Connection& connection) {
    return postgres::ids_of(
        connection.run("SELECT id FROM items WHERE digest = $1::bytea ORDER BY id",
                       Params().text(postgres::bytes_of(digest))));
  });
}

std::vector<std::byte> PostgresGallery::thumbnail(ItemId id) const {
  return std::move(thumbnails(std::span(&id, 1)).front());
}

std::vector<std::vector<std::byte>> PostgresGallery::thumbnails(std::span<const ItemId> ids) const {
  return parts_->pool.read([&](Connection& connection) {
    const Result rows = connection.run(
        "SELECT id, bytes FROM thumbnails WHERE id = ANY($1::bigint[])", Params().ids(ids));
    std::vector<std::vector<std::byte>> thumbnails;
    for (auto& found : in_order<std::vector<std::byte>>(
             ids, rows, [&](std::size_t row) { return rows.bytes(row, 1); })) {
      thumbnails.push_back(std::move(found).value_or(std::vector<std::byte>()));
    }
    return thumbnails;
  });
}

std::vector<std::byte> PostgresGallery::image(const Sha256& digest) const {
  return parts_->pool.read([&](Connection& connection) {
    const Result row = connection.run("SELECT bytes FROM images WHERE digest = $1::bytea",
                                      Params().text(postgres::bytes_of(digest)));
    return row.empty() ? std::vector<std::byte>() : row.bytes(0, 0);
  });
}

std::uint64_t PostgresGallery::image_size(const Sha256& digest) const {
  return parts_->pool.read([&](Connection& connection) {
    const Result row =
        connection.run("SELECT octet_length(bytes) FROM images WHERE digest = $1::bytea",
                       Params().text(postgres::bytes_of(digest)));
    return row.empty() ? 0 : static_cast<std::uint64_t>(row.number(0, 0));
  });
}

KeptImages PostgresGallery::kept_images() const {
  return parts_->pool.read([&](Connection& connection) {
    const Result row = connection.run(
        "SELECT count(*), coalesce(sum(octet_length(bytes)), 0)::bigint FROM images");
    return KeptImages{static_cast<std::uint64_t>(row.number(0, 0)),
                      static_cast<std::uint64_t>(row.number(0, 1))};
  });
}

std::string PostgresGallery::setting(std::string_view name) const {
  return parts_->pool.read([&](Connection& connection) {
    const Result row =
        connection.run("SELECT value FROM settings WHERE name = $1::bytea", Params().text(name));
    return std::string(row.empty() ? std::string_view() : row.text(0, 0));
  });
}

std::map<std::string, std::string> PostgresGallery::settings() const {
  return parts_->pool.read([&](Connection& connection) {
    const Result rows = connection.run("SELECT name, value FROM settings");
    std::map<std::string, std::string> settings;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      settings.emplace(rows.text(row, 0), rows.text(row, 1));
    }
    return settings;
  });
}

std::optional<std::vector<std::byte>> PostgresGallery::sidecar(std::string_view name) const {
  require_sidecar_name(name);
  return parts_->pool.read([&](Connection& connection) -> std::optional<std::vector<std::byte>> {
    const Result row =
        connection.run("SELECT bytes FROM sidecars WHERE name = $1::text", Params().text(name));
    if (row.empty()) return std::nullopt;
    return row.bytes(0, 0);
  });
}

bool PostgresGallery::is_approximate() const noexcept { return parts_->search.is_approximate(); }

std::string PostgresGallery::place() const { return parts_->place; }

ItemId PostgresGallery::next_id() const {
  return parts_->pool.read([&](Connection& connection) {
    return connection.run("SELECT next_id FROM gallery").id(0, 0);
  });
}

std::vector<Neighbor> PostgresGallery::find(std::span<const float> query,
                                            const Lookup& lookup) const {
  parts_->search.require_valid(query, lookup);
  return parts_->pool.read_state(
      [&](Connection& connection) { return parts_->search.find(connection, query, lookup); });
}

std::vector<Neighbor> PostgresGallery::search(std::span<const float> query, std::size_t k,
                                              const SearchFilter& filter) const {
  return find(query, {.k = k, .filter = filter});
}

std::vector<Neighbor> PostgresGallery::range_search(std::span<const float> query,
                                                    float min_similarity,
                                                    const SearchFilter& filter) const {
  return find(query, {.within = min_similarity, .filter = filter});
}

std::vector<std::vector<Neighbor>> PostgresGallery::search_batch(const EmbeddingBatch& queries,
                                                                 std::size_t k,
                                                                 const SearchFilter& filter) const {
  const Lookup lookup{.k = k, .filter = filter};
  parts_->search.require_valid(queries, lookup);
  return parts_->pool.read_state([&](Connection& connection) {
    return parts_->search.find_each(connection, queries, lookup);
  });
}

std::vector<LabeledNeighbor> PostgresGallery::look_up(std::span<const float> query,
                                                      const Lookup& lookup) const {
  parts_->search.require_valid(query, lookup);
  EmbeddingBatch queries(dimension());
  queries.append_unit(query);
  return std::move(look_up_batch(queries, lookup).front());
}

std::vector<std::vector<LabeledNeighbor>> PostgresGallery::look_up_batch(
    const EmbeddingBatch& queries, const Lookup& lookup) const {
  parts_->search.require_valid(queries, lookup);
  return parts_->pool.read_state([&](Connection& connection) {
    return parts_->labels.describe(connection, queries,
                                   parts_->search.find_each(connection, queries, lookup));
  });
}

std::vector<ClassCount> PostgresGallery::classes() const {
  return parts_->pool.read([&](Connection& connection) {
    const Result rows = connection.run("SELECT name, items FROM classes ORDER BY name");
    std::vector<ClassCount> classes;
    classes.reserve(rows.rows());
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      classes.push_back(
          {std::string(rows.text(row, 0)), static_cast<std::uint64_t>(rows.number(row, 1))});
    }
    return classes;
  });
}

std::uint64_t PostgresGallery::class_size(std::string_view class_name) const {
  if (!postgres::is_storable(class_name)) return 0;
  return parts_->pool.read([&](Connection& connection) {
    const Result row = connection.run("SELECT items FROM classes WHERE name = $1::text",
                                      Params().text(class_name));
    return row.empty() ? 0 : static_cast<std::uint64_t>(row.number(0, 0));
  });
}

std::vector<ItemId> PostgresGallery::items_of(std::string_view class_name) const {
  return parts_->pool.read(
      [&](Connection& connection) { return postgres::items_of(connection, class_name); });
}

std::vector<ItemRecord> PostgresGallery::items_after(ItemId after, std::size_t limit,
                                                     const SearchFilter& filter) const {
  if (limit == 0 || is_beyond_all(after)) return {};
  return parts_->pool.read([&](Connection& connection) {
    Params params = Params()
                        .number(static_cast<std::int64_t>(to_number(after)))
                        .number(static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
    std::string sql = std::string("SELECT ") + postgres::kItemColumns + " FROM " +
                      postgres::from_items(filter, params);
    sql += " AND i.id > $1::bigint ORDER BY i.id LIMIT $2::bigint";
    return postgres::records_of(connection.run(sql.c_str(), params));
  });
}

void PostgresGallery::for_each_item(const std::function<bool(const ItemRecord&)>& visit) const {
  const std::string sql = std::string("SELECT ") + postgres::kItemColumns +
                          " FROM items WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint";
  // What has been visited can't be visited again, so a lost connection ends it.
  const postgres::ConnectionPool::Lease lease(parts_->pool);
  (*lease).begin_snapshot();
  for_each_page(*lease, sql.c_str(), [&](const Result& page) {
    for (std::size_t row = 0; row < page.rows(); ++row) {
      if (!visit(postgres::record_of(page, row))) return false;
    }
    return true;
  });
}

void PostgresGallery::for_each_embedding(
    const std::function<bool(ItemId, std::span<const float>)>& visit) const {
  const postgres::ConnectionPool::Lease lease(parts_->pool);
  (*lease).begin_snapshot();
  postgres::for_each_embedding(*lease, dimension(), visit);
}

GalleryStats PostgresGallery::stats() const {
  return parts_->pool.read([&](Connection& connection) {
    const Result row = connection.run("SELECT items, (SELECT count(*) FROM classes) FROM gallery");
    return GalleryStats{static_cast<std::uint64_t>(row.number(0, 0)),
                        static_cast<std::uint64_t>(row.number(0, 1)),
                        dimension(),
                        encoder_fingerprint(),
                        static_cast<std::uint64_t>(postgres::bytes_of_tables(connection)),
                        space()};
  });
}

std::vector<std::byte> PostgresGallery::encoder_model() const {
  return parts_->pool.read([&](Connection& connection) {
    const Result row = connection.run("SELECT model FROM encoder WHERE fingerprint = $1::text",
                                      Params().text(encoder_fingerprint()));
    if (row.empty()) {
      throw Error(ErrorCode::kCorruption,
                  parts_->place + " has lost its encoder; restore the database from a copy");
    }
    return row.bytes(0, 0);
  });
}

std::uint64_t PostgresGallery::changes() const {
  return parts_->pool.read([&](Connection& connection) {
    return static_cast<std::uint64_t>(connection.run("SELECT changes FROM gallery").number(0, 0));
  });
}

std::optional<ItemHistory> PostgresGallery::changes_since(std::uint64_t change,
                                                          std::size_t limit) const {
  return parts_->pool.read_state([&](Connection& connection) -> std::optional<ItemHistory> {
    const Result state = connection.run("SELECT changes, forgotten FROM gallery");
    const auto last = static_cast<std::uint64_t>(state.number(0, 0));
    if (change > last || change < static_cast<std::uint64_t>(state.number(0, 1))) {
      return std::nullopt;
    }
    // Each row is an event or more, so no change beyond the one of row number `limit` is needed.
    const std::size_t rows_needed = std::clamp<std::size_t>(limit, 1, INT64_MAX);
    const Result rows = connection.run(
        "SELECT change, kind, first, items FROM history WHERE change > $1::bigint AND change <= "
        "(SELECT max(change) FROM (SELECT change FROM history WHERE change > $1::bigint ORDER BY "
        "change LIMIT $2::bigint) few) ORDER BY change, kind, first",
        Params()
            .number(static_cast<std::int64_t>(change))
            .number(static_cast<std::int64_t>(rows_needed)));
    ItemHistory history{{}, last};
    std::vector<ItemEvent>& events = history.events;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const auto number = static_cast<std::uint64_t>(rows.number(row, 0));
      if (!events.empty() && events.back().change != number && events.size() >= rows_needed) break;
      const auto first = static_cast<std::uint64_t>(rows.number(row, 2));
      for (std::int64_t i = 0; i < rows.number(row, 3); ++i) {
        events.push_back({number, static_cast<ChangeKind>(rows.number(row, 1)),
                          ItemId{first + static_cast<std::uint64_t>(i)}});
      }
    }
    // Changes of no item may follow.
    if (!events.empty() && events.size() >= limit) history.through = events.back().change;
    return history;
  });
}

std::optional<std::uint64_t> PostgresGallery::change_mark(std::uint64_t change) const {
  return parts_->pool.read([&](Connection& connection) -> std::optional<std::uint64_t> {
    const Result row = connection.run(
        "SELECT g.changes, g.forgotten, c.mark FROM gallery g LEFT JOIN changes c ON c.number = "
        "$1::bigint",
        Params().number(static_cast<std::int64_t>(std::min<std::uint64_t>(change, INT64_MAX))));
    if (change > static_cast<std::uint64_t>(row.number(0, 0)) ||
        change < static_cast<std::uint64_t>(row.number(0, 1))) {
      return std::nullopt;
    }
    if (change == 0) return 0;
    if (row.is_null(0, 2)) {
      throw Error(ErrorCode::kCorruption, parts_->place + ": the mark of change " +
                                              std::to_string(change) +
                                              " is lost; restore the database from a copy");
    }
    return static_cast<std::uint64_t>(row.number(0, 2));
  });
}

}  // namespace simdb
