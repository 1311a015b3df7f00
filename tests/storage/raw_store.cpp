#include "tests/storage/raw_store.h"

#include <stdexcept>

namespace simdb::test {
namespace {

void require_ok(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

}  // namespace

RawStore::RawStore(const std::filesystem::path& path) {
  std::vector<std::string> names;
  require_ok(rocksdb::DB::ListColumnFamilies({}, path.string(), &names));
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) {
    descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  rocksdb::DB* db = nullptr;
  require_ok(rocksdb::DB::Open({}, path.string(), descriptors, &families_, &db));
  db_.reset(db);
}

RawStore::~RawStore() {
  for (rocksdb::ColumnFamilyHandle* handle : families_) db_->DestroyColumnFamilyHandle(handle);
}

rocksdb::ColumnFamilyHandle* RawStore::family(const std::string& name) const {
  for (rocksdb::ColumnFamilyHandle* handle : families_) {
    if (handle->GetName() == name) return handle;
  }
  throw std::runtime_error("no column family " + name);
}

void RawStore::put(const std::string& name, const std::string& key, const std::string& value) {
  require_ok(db_->Put({}, family(name), key, value));
}

void RawStore::erase(const std::string& name, const std::string& key) {
  require_ok(db_->Delete({}, family(name), key));
}

std::optional<std::string> RawStore::get(const std::string& name, const std::string& key) {
  std::string value;
  const rocksdb::Status status = db_->Get({}, family(name), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  require_ok(status);
  return value;
}

void RawStore::add_family(const std::string& name) {
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  require_ok(db_->CreateColumnFamily({}, name, &handle));
  families_.push_back(handle);
}

void RawStore::drop_family(const std::string& name) {
  rocksdb::ColumnFamilyHandle* const dropped = family(name);
  require_ok(db_->DropColumnFamily(dropped));
  require_ok(db_->DestroyColumnFamilyHandle(dropped));
  std::erase(families_, dropped);
}

std::filesystem::path table_of(const std::filesystem::path& store, const std::string& family) {
  std::vector<std::string> names;
  require_ok(rocksdb::DB::ListColumnFamilies({}, store.string(), &names));
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) {
    descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* opened = nullptr;
  require_ok(rocksdb::DB::OpenForReadOnly({}, store.string(), descriptors, &families, &opened));
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::vector<rocksdb::LiveFileMetaData> tables;
  db->GetLiveFilesMetaData(&tables);
  for (rocksdb::ColumnFamilyHandle* handle : families) db->DestroyColumnFamilyHandle(handle);
  for (const rocksdb::LiveFileMetaData& table : tables) {
    if (table.column_family_name == family) return store / table.name.substr(1);
  }
  throw std::runtime_error("no table of " + family);
}

std::string big_endian(std::uint64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

}  // namespace simdb::test
