#pragma once

#include <rocksdb/env.h>

#include <filesystem>
#include <memory>

#include "storage/store.h"

namespace simdb::test {

/// Store::create and Store::open with another file system below; `env` must outlive the store.
std::unique_ptr<Store> create_store_on(rocksdb::Env& env, const std::filesystem::path& path,
                                       const StoreIdentity& identity);
std::unique_ptr<Store> open_store_on(rocksdb::Env& env, const std::filesystem::path& path,
                                     StoreMode mode);

StoreRepair repair_store_on(rocksdb::Env& env, const std::filesystem::path& path);

}  // namespace simdb::test
