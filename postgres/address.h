#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace simdb {

/// Where a gallery is in PostgreSQL, and how it is searched.
struct PostgresAddress {
  std::string server;            ///< as libpq takes it: a URI or "name=value ..."
  std::string schema = "simdb";  ///< of the gallery's tables
  /// Searches go by an HNSW index of pgvector: they may miss some of the nearest. Make the index
  /// first: see PostgresGallery::reindex. Searches within a similarity stay exact.
  bool is_approximate = false;
  /// Of a gallery that is made: its items are spread over the nodes of a Citus cluster in so many
  /// parts, whose coordinator `server` is. 0: it lies on one server.
  std::size_t shards = 0;
};

inline constexpr std::size_t kMostShards = 1024;

/// Whether a text is the address of a database in PostgreSQL, and no folder: a URI.
inline bool is_postgres_address(std::string_view text) noexcept {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

/// Takes the parameters `schema`, `approximate` and `shards` out of a URI:
/// "postgresql://host/database?schema=birds&approximate=1". Throws Error(kUsage) if the schema is
/// empty or longer than PostgreSQL's names, `approximate` is neither 0 nor 1, or `shards` no number
/// from 1 to kMostShards.
PostgresAddress parse_postgres_address(std::string_view text);

/// The URI without the passwords in it.
std::string without_password(std::string_view text);

}  // namespace simdb
