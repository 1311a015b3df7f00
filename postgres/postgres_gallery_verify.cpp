// Finds contradictions in what a gallery in PostgreSQL holds, and keeps its approximate index.
#include <string>

#include "database/search_check.h"
#include "postgres/parts_internal.h"
#include "postgres/rows_internal.h"
#include "postgres/schema_internal.h"

namespace simdb {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;

constexpr std::size_t kMaxProblems = 100;

// Each tells in words what is wrong, a row each.
constexpr const char* kChecks[] = {
    "SELECT 'the gallery counts ' || g.items || ' items, but there are ' || n FROM gallery g, "
    "(SELECT count(*) n FROM items) i WHERE g.items <> n",
    "SELECT 'item ' || i.id || ' has an id that is to be given yet' FROM items i, gallery WHERE "
    "i.id "
    "< 1 OR i.id >= next_id",
    "SELECT 'item ' || i.id || ' has no embedding' FROM items i LEFT JOIN vectors v ON v.id = i.id "
    "WHERE v.id IS NULL",
    "SELECT 'there is an embedding of item ' || v.id || ', but no such item' FROM vectors v LEFT "
    "JOIN items i ON i.id = v.id WHERE i.id IS NULL",
    "SELECT 'the embedding of item ' || id || ' is not of unit length' FROM vectors WHERE "
    "abs(vector_norm(embedding) - 1) > 0.001",
    "SELECT 'there is a thumbnail of item ' || t.id || ', but no such item' FROM thumbnails t LEFT "
    "JOIN items i ON i.id = t.id WHERE i.id IS NULL",
    "SELECT 'class ''' || coalesce(c.name, i.class_name) || ''' counts ' || coalesce(c.items, 0) "
    "|| "
    "' items, but has ' || coalesce(i.items, 0) FROM classes c FULL JOIN (SELECT class_name, "
    "count(*) items FROM items GROUP BY class_name) i ON i.class_name = c.name WHERE c.items IS "
    "DISTINCT FROM i.items",
    "SELECT 'items ' || min(id) || ' and ' || max(id) || ' have the same key' FROM items WHERE key "
    "IS NOT NULL GROUP BY key HAVING count(*) > 1",
    "SELECT 'the image ' || encode(digest, 'hex') || ' is not the one of its digest' FROM images "
    "WHERE sha256(bytes) <> digest",
    "WITH used AS MATERIALIZED (SELECT DISTINCT digest FROM items) SELECT 'the image ' || "
    "encode(digest, 'hex') || ' is kept, but no item has it' FROM images m "
    "WHERE NOT EXISTS (SELECT FROM used WHERE used.digest = m.digest)",
    "SELECT 'the mark of change ' || n || ' is lost' FROM gallery, generate_series(greatest("
    "forgotten, 1), gallery.changes) n WHERE n > 0 AND NOT EXISTS (SELECT FROM changes c WHERE "
    "c.number = n)",
    "SELECT 'the history tells of change ' || change || ', which was not made' FROM history, "
    "gallery "
    "WHERE change > gallery.changes OR change <= forgotten",
    "SELECT 'the gallery counts ' || g.history || ' entries of its history, but there are ' || n "
    "FROM gallery g, (SELECT count(*) n FROM history) h WHERE g.history <> n",
    "SELECT 'the encoder is not the one of its fingerprint' FROM gallery g LEFT JOIN encoder e ON "
    "e.fingerprint = g.fingerprint WHERE encode(sha256(e.model), 'hex') IS DISTINCT FROM "
    "g.fingerprint",
};

}  // namespace

std::vector<std::string> PostgresGallery::verify() const {
  return parts_->pool.read_state([&](Connection& connection) {
    std::vector<std::string> problems;
    for (const char* const check : kChecks) {
      const Result rows = connection.run((std::string(check) + " LIMIT 100").c_str());
      for (std::size_t row = 0; row < rows.rows() && problems.size() < kMaxProblems; ++row) {
        problems.emplace_back(rows.text(row, 0));
      }
    }
    return problems;
  });
}

std::vector<std::string> PostgresGallery::verify_searches() const {
  return parts_->pool.read_state([&](Connection& connection) {
    return compare_searches(
        static_cast<std::uint64_t>(connection.run("SELECT items FROM gallery").number(0, 0)),
        dimension(),
        [&](const EmbeddingVisitor& visit) {
          postgres::for_each_embedding(connection, dimension(), visit);
        },
        [&](std::span<const float> query, std::size_t k) {
          return parts_->search.find(connection, query, {.k = k});
        });
  });
}

ReindexReport PostgresGallery::reindex() {
  require_writable("rebuild the index of");
  return parts_->pool.read([&](Connection& connection) {
    // Neither can be part of a transaction: searches and changes go on meanwhile.
    connection.run("DROP INDEX CONCURRENTLY IF EXISTS vectors_near");
    connection.run(
        "CREATE INDEX CONCURRENTLY vectors_near ON vectors USING hnsw (embedding vector_ip_ops)");
    const Result row = connection.run(
        postgres::is_sharded(connection)  // with the primary key: they have no size of one index
            ? "SELECT items, citus_total_relation_size('vectors') - citus_table_size('vectors') "
              "FROM gallery"
            : "SELECT items, pg_relation_size('vectors_near'::regclass) FROM gallery");
    return ReindexReport{static_cast<std::uint64_t>(row.number(0, 0)),
                         static_cast<std::uint64_t>(row.number(0, 1))};
  });
}

}  // namespace simdb
