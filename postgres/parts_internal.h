#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "postgres/connection_pool_internal.h"
#include "postgres/postgres_gallery.h"
#include "postgres/search_internal.h"

namespace simdb {

struct PostgresGallery::Parts {
  Parts(const std::string& server, std::function<void(postgres::Connection&)> prepare,
        std::chrono::milliseconds retry_for, std::size_t dimension, bool is_approximate)
      : pool(server, std::move(prepare), retry_for),
        search(dimension, is_approximate),
        labels(dimension) {}

  postgres::ConnectionPool pool;
  const postgres::Search search;
  postgres::HitLabels labels;
  std::string place;                            // for a person
  std::atomic<std::uint64_t> seen_changes = 0;  // by refresh()
};

}  // namespace simdb
