#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace simdb::test {

/// Opens the RocksDB of a closed store as a foreign program would, to change it behind its back.
class RawStore {
 public:
  explicit RawStore(const std::filesystem::path& path);
  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;
  ~RawStore();

  void put(const std::string& family, const std::string& key, const std::string& value);
  void erase(const std::string& family, const std::string& key);
  std::optional<std::string> get(const std::string& family, const std::string& key);
  void add_family(const std::string& family);
  void drop_family(const std::string& family);

 private:
  rocksdb::ColumnFamilyHandle* family(const std::string& name) const;

  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::unique_ptr<rocksdb::DB> db_;
};

/// A table file of a closed store that holds records of a family.
std::filesystem::path table_of(const std::filesystem::path& store, const std::string& family);

/// 8 bytes, big-endian.
std::string big_endian(std::uint64_t number);

}  // namespace simdb::test
