#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "simdb/digest.h"
#include "storage/key_schema_internal.h"
#include "storage/rocksdb_options_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kBlockCacheBytes = 16UL << 20;
constexpr std::size_t kMemtableBytes = 64UL << 20;  // of all column families together
// A reader that follows the writer reads the log anew each time.
constexpr std::uint64_t kLogBytes = 8UL << 20;
// Each table is an open file of each process: some hundred GB must fit into the usual 1,024.
constexpr std::uint64_t kImageTableBytes = 256UL << 20;

// RocksDB's own diary can't be kept on a read-only disk; and after a full disk has refused one
// line, the next one ends the process (an assertion in WritableFileWriter, live in Debian's build).
// What goes wrong is in the statuses.
class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// After a full disk RocksDB takes up its work by itself as soon as there is space again. If the
// database is closed meanwhile, the one waits for the other without end (7.8: ClearError in
// WaitForFlushMemTables, Close for the recovery). Opening again is simdb's way anyhow.
class NoRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

// These hold bytes that don't compress: floats, image files, model weights.
constexpr std::array<std::string_view, 5> kIncompressible = {"vectors", "thumbnails", "models",
                                                             "images", "vectors_2"};

rocksdb::ColumnFamilyDescriptor describe(const std::string& name,
                                         const std::shared_ptr<rocksdb::TableFactory>& tables) {
  rocksdb::ColumnFamilyOptions options;
  options.table_factory = tables;
  options.paranoid_file_checks = true;  // reads each file back after writing it
  options.arena_block_size = 256UL << 10;
  // Ids ascend, so levelled compaction would move the small table of each session down unmerged,
  // and readers would open thousands. This style merges tables of like size.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  const bool is_compressible =
      std::find(kIncompressible.begin(), kIncompressible.end(), name) == kIncompressible.end();
  options.compression = is_compressible ? rocksdb::kSnappyCompression : rocksdb::kNoCompression;
  if (name == "images") options.target_file_size_base = kImageTableBytes;
  if (name == "by_hash") {
    // Most digests that are asked for are not there: a filter tells without reading.
    options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(sizeof(Sha256)));
    options.memtable_prefix_bloom_size_ratio = 1.0 / 256;
  }
  return {name, options};
}

std::shared_ptr<rocksdb::TableFactory> make_tables() {
  rocksdb::BlockBasedTableOptions options;
  options.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  options.format_version = 5;  // the newest that RocksDB 7.8 reads; see rocksdb_table_check
  options.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(options));
}

}  // namespace

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  // The default mode drops every record after a flipped bit in the log and says nothing.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.paranoid_checks = true;
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  options.manual_wal_flush = false;
  // A change spans all families: flushing them as one keeps every state on disk a whole one, and
  // lets the log go although the small families never fill a memtable.
  options.atomic_flush = true;
  // After a failed write only opening again makes the state certain (see Store).
  options.max_bgerror_resume_count = 0;
  options.listeners.push_back(std::make_shared<NoRecovery>());

  options.db_write_buffer_size = kMemtableBytes;
  options.max_total_wal_size = kLogBytes;
  options.max_open_files = -1;  // all open from the start: the writer may delete a reader's files
  options.max_file_opening_threads = 1;
  options.max_background_jobs = 2;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.manifest_preallocation_size = 64UL << 10;

  options.info_log = std::make_shared<SilentLogger>();
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> column_families() {
  const auto tables = make_tables();
  std::vector<rocksdb::ColumnFamilyDescriptor> families{
      describe(rocksdb::kDefaultColumnFamilyName, tables)};
  for (const char* name : kColumnFamilyNames) families.push_back(describe(name, tables));
  return families;
}

std::vector<rocksdb::ColumnFamilyDescriptor> meta_column_families() {
  const auto tables = make_tables();
  return {describe(rocksdb::kDefaultColumnFamilyName, tables), describe("meta", tables)};
}

rocksdb::WriteOptions synced_write() {
  rocksdb::WriteOptions options;
  options.sync = true;
  options.protection_bytes_per_key = kProtectionBytes;
  return options;
}

rocksdb::ReadOptions scan_options() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  options.total_order_seek = true;
  return options;
}

}  // namespace simdb
