#pragma once

#include <string>
#include <string_view>

namespace simdb {

/// Where a gallery is in PostgreSQL, and how it is searched.
struct PostgresAddress {
  std::string server;            ///< as libpq takes it: a URI or "name=value ..."
  std::string schema = "simdb";  ///< of the gallery's tables
  bool is_approximate = false;   ///< see PostgresOptions
};

/// Whether a text is the address of a database in PostgreSQL, and no folder: a URI.
inline bool is_postgres_address(std::string_view text) noexcept {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

/// Takes the parameters `schema` and `approximate` out of a URI:
/// "postgresql://host/database?schema=birds&approximate=1". Throws Error(kUsage) if the schema is
/// empty or longer than PostgreSQL's names, or `approximate` is neither 0 nor 1.
PostgresAddress parse_postgres_address(std::string_view text);

/// The URI without the passwords in it.
std::string without_password(std::string_view text);

}  // namespace simdb
