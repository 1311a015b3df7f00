#pragma once

#include <string>

#include "core/gallery_identity.h"
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
void create_tables(Connection& connection, const std::string& schema,
                   const GalleryIdentity& identity);

/// All but the model. Throws Error(kNotFound) if there is no gallery, Error(kBadInput) if a newer
/// simdb made it.
GalleryIdentity read_identity(Connection& connection, const std::string& schema);

/// Lets a role read the gallery or, with `may_write`, change it.
void grant_access(Connection& connection, const std::string& schema, const std::string& role,
                  bool may_write);

}  // namespace simdb::postgres
