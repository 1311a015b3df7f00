// What no query can do without: read the image with cv::imread, open the same RocksDB, exit.
// cold_query_bench times it.
#include <rocksdb/db.h>

#include <cstdio>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: cold_query_baseline IMAGE STORE\n", stderr);
    return 2;
  }
  const cv::Mat image = cv::imread(argv[1]);
  std::vector<std::string> names;
  rocksdb::Status status = rocksdb::DB::ListColumnFamilies({}, argv[2], &names);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  if (status.ok()) status = rocksdb::DB::OpenForReadOnly({}, argv[2], families, &handles, &opened);
  const std::unique_ptr<rocksdb::DB> database(opened);
  for (rocksdb::ColumnFamilyHandle* handle : handles) database->DestroyColumnFamilyHandle(handle);
  return status.ok() && !image.empty() ? 0 : 1;
}
