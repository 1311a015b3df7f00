// What no command can do without: start with the libraries that the network runs on, open the same
// RocksDB, exit. cold_query_bench times it.
#include <rocksdb/db.h>

#include <cstdio>
#include <memory>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: cold_query_baseline STORE\n", stderr);
    return 2;
  }
  const cv::dnn::Net nothing;  // or the linker would leave the library out
  std::vector<std::string> names;
  rocksdb::Status status = rocksdb::DB::ListColumnFamilies({}, argv[1], &names);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  if (status.ok()) status = rocksdb::DB::OpenForReadOnly({}, argv[1], families, &handles, &opened);
  const std::unique_ptr<rocksdb::DB> database(opened);
  for (rocksdb::ColumnFamilyHandle* handle : handles) database->DestroyColumnFamilyHandle(handle);
  return status.ok() && nothing.empty() ? 0 : 1;
}
