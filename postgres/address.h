#pragma once

#include <string>
#include <string_view>

namespace simdb {

/// Where a gallery is in PostgreSQL.
struct PostgresAddress {
  std::string server;            ///< as libpq takes it: a URI or "name=value ..."
  std::string schema = "simdb";  ///< of the gallery's tables
};

/// Whether a text is the address of a database in PostgreSQL, and no folder: a URI.
bool is_postgres_address(std::string_view text);

/// Takes the parameter `schema` out of a URI: "postgresql://host/database?schema=birds". Throws
/// Error(kUsage) if it is empty or longer than PostgreSQL's names.
PostgresAddress parse_postgres_address(std::string_view text);

}  // namespace simdb
