#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/gallery_identity.h"
#include "postgres/address.h"
#include "postgres/connection_internal.h"

namespace simdb::postgres {

/// The tables of a gallery; docs/file_formats.md tells what they hold.
inline constexpr std::int64_t kFormat = 1;

/// Makes a new connection ready: names without a schema are the gallery's or pgvector's. Waits for
/// other writers for `busy_ms` at most.
void prepare_session(Connection& connection, const std::string& schema, std::int64_t busy_ms);

/// Makes the tables of an empty gallery, and schema and extension where they are missing, as one
/// transaction. Throws Error(kUsage) if there is a gallery, Error(kBadInput) if the server can't
/// keep one.
void create_tables(Connection& connection, const PostgresAddress& address,
                   const GalleryIdentity& identity);

bool has_gallery(Connection& connection, const std::string& schema);
/// Whether the items are spread over the nodes of a Citus cluster.
bool is_sharded(Connection& connection);
/// What all tables take, on all nodes.
std::int64_t bytes_of_tables(Connection& connection);
/// Those beside the primary keys; a copy makes them when all rows are there.
void create_indexes(Connection& connection);
void drop_indexes(Connection& connection);

/// What the sidecar `following` says of a copy that has not come to its end.
inline constexpr std::string_view kFollowsPart = "part";
inline constexpr std::string_view kFollowsAll = "all";
/// Throws Error(kUsage) if it is such a copy.
void require_whole(Connection& connection);

/// An address that can be opened, unless it needs a password.
std::string place_of(const Connection& connection, const std::string& schema);

/// All but the model. Throws Error(kNotFound) if there is no gallery, Error(kBadInput) if a newer
/// simdb made it.
GalleryIdentity read_identity(Connection& connection, const std::string& schema);

/// Lets a role read the gallery or, with `may_write`, change it.
void grant_access(Connection& connection, const std::string& schema, const std::string& role,
                  bool may_write);

}  // namespace simdb::postgres
