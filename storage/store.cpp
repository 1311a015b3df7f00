#include "storage/store.h"

#include "core/error.h"
#include "storage/rocksdb_repair_internal.h"
#include "storage/rocksdb_store_internal.h"

namespace simdb {

std::unique_ptr<Store> Store::create(const std::filesystem::path& path,
                                     const StoreIdentity& identity) {
  require_valid_dimension(identity.dimension);
  if (to_hex(sha256(identity.encoder_model)) != identity.encoder_fingerprint) {
    throw Error(ErrorCode::kUsage, "can't create the store " + path.string() +
                                       ": the fingerprint is not the SHA-256 of the encoder");
  }
  auto connection = RocksConnection::create(path);
  RocksStore::initialize(*connection, identity);
  return std::make_unique<RocksStore>(std::move(connection));
}

std::unique_ptr<Store> Store::open(const std::filesystem::path& path, StoreMode mode) {
  return std::make_unique<RocksStore>(RocksConnection::open(path, mode));
}

StoreRepair Store::repair(const std::filesystem::path& path) {
  return repair_store(path, rocksdb::Env::Default());
}

}  // namespace simdb
