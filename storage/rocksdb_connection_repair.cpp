// Opening a store that does not open.
#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "core/file_io.h"
#include "simdb/error.h"
#include "storage/rocksdb_connection_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_status_internal.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& store, const auto& wanted) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto at = fs::directory_iterator(store, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    if (wanted(at->path())) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// CURRENT only names the MANIFEST. With one MANIFEST there is one thing it can say.
void derive_current(const fs::path& store, StoreRepair& report) {
  const auto manifests = files_of(store, [](const fs::path& file) {
    return file.filename().string().starts_with("MANIFEST-");
  });
  if (manifests.size() != 1) return;
  const std::string name = manifests.front().filename().string() + "\n";
  const fs::path current = store / "CURRENT";
  std::error_code error;
  if (fs::is_regular_file(current, error)) {
    const auto bytes = read_file(current, 1UL << 20);
    if (std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == name) return;
  } else if (fs::exists(current, error)) {
    return;  // a folder or the like: somebody must look
  }
  write_file_atomic(current, name);
  report.repaired.push_back(current.string() + ": names " + manifests.front().filename().string());
}

// The logs as they are, for those who know how to read more out of them.
fs::path keep_logs(const fs::path& store) {
  const fs::path kept = store.string() + ".damaged-logs";
  std::error_code error;
  fs::create_directory(kept, error);
  for (const fs::path& log :
       files_of(store, [](const fs::path& file) { return file.extension() == ".log"; })) {
    if (!error) {
      fs::copy_file(log, kept / log.filename(), fs::copy_options::overwrite_existing, error);
    }
  }
  if (error) {
    throw Error(ErrorCode::kIo, "can't keep a copy of the damaged logs in " + kept.string() + ": " +
                                    error.message() + "; nothing was changed");
  }
  return kept;
}

}  // namespace

std::unique_ptr<RocksConnection> RocksConnection::open_for_repair(const fs::path& store,
                                                                  rocksdb::Env* env,
                                                                  StoreRepair& report) {
  derive_current(store, report);
  require_created(store);
  check_format(store, env, LogRule::kUpToDamage);
  std::unique_ptr<RocksConnection> connection(
      new RocksConnection(store, StoreMode::kReadWrite, env));
  rocksdb::Status status = connection->open_writer(Writer::kRepair);
  require_lock_was_free(status, store);
  if (status.IsCorruption()) {
    const std::string damage = status.ToString();
    connection.reset();
    const fs::path kept = keep_logs(store);
    connection.reset(new RocksConnection(store, StoreMode::kReadWrite, env, LogRule::kUpToDamage));
    status = connection->open_writer(Writer::kRepair);
    if (status.ok()) {
      report.repaired.push_back("the log, which is damaged (" + damage +
                                "), is read up to there; " + kept.string() + " has a copy of it");
    }
  }
  require_ok(status, "repair", store);
  connection->require_known_format();
  return connection;
}

void RocksConnection::replace_family(Family which) {
  const std::size_t at = static_cast<std::size_t>(which) + 1;
  const rocksdb::ColumnFamilyDescriptor description = column_families()[at];
  require_ok(db_->DropColumnFamily(families_[at]), "empty a family of", path_);
  db_->DestroyColumnFamilyHandle(families_[at]).PermitUncheckedError();
  families_[at] = nullptr;
  require_ok(db_->CreateColumnFamily(description.options, description.name, &families_[at]),
             "make a family of", path_);
}

}  // namespace simdb
