#include "tests/storage/store_on.h"

#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_repair_internal.h"

namespace simdb::test {

std::unique_ptr<Store> create_store_on(rocksdb::Env& env, const std::filesystem::path& path,
                                       const StoreIdentity& identity) {
  auto connection = RocksConnection::create(path, &env);
  Store::initialize(*connection, identity);
  return std::make_unique<Store>(std::move(connection));
}

std::unique_ptr<Store> open_store_on(rocksdb::Env& env, const std::filesystem::path& path,
                                     StoreMode mode) {
  return std::make_unique<Store>(RocksConnection::open(path, mode, &env));
}

StoreRepair repair_store_on(rocksdb::Env& env, const std::filesystem::path& path) {
  return repair_store(path, &env);
}

}  // namespace simdb::test
