#pragma once

#include "postgres/address.h"

namespace simdb::test {

/// Puts items, vectors, thumbnails and images of an empty gallery on three shards: partitions, each
/// a table of another database of the server, behind postgres_fdw.
void move_to_shards(const PostgresAddress& address);

}  // namespace simdb::test
