#pragma once

#include <optional>
#include <string>

#include "postgres/address.h"

namespace simdb::test {

/// Room for a gallery of four shards on the cluster that $SIMDB_TEST_CITUS names; gone afterwards.
class CitusPlace {
 public:
  CitusPlace();
  CitusPlace(const CitusPlace&) = delete;
  CitusPlace& operator=(const CitusPlace&) = delete;
  ~CitusPlace();

  /// The address of its coordinator, as libpq takes it.
  static std::optional<std::string> cluster();
  /// Why there is none.
  static constexpr const char* reason() {
    return "SIMDB_TEST_CITUS does not name the coordinator of a cluster";
  }

  const PostgresAddress& address() const noexcept { return address_; }

 private:
  void clear() const;

  const PostgresAddress address_;
};

}  // namespace simdb::test
