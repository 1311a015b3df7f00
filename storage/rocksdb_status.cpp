#include <cerrno>
#include <string>
#include <system_error>

#include "storage/rocksdb_status_internal.h"

namespace simdb {
namespace {

constexpr std::string_view kRemedyForDamage =
    "'simdb verify --repair' repairs what can be derived; else restore the database from a copy";

struct Verdict {
  ErrorCode code;
  std::string_view remedy;
};

// As RocksDB puts it: in the system's words.
std::string too_many_open_files() { return std::generic_category().message(EMFILE); }

Verdict judge(const rocksdb::Status& status) {
  if (status.IsCorruption() || status.IsPathNotFound()) {
    return {ErrorCode::kCorruption, kRemedyForDamage};
  }
  if (status.IsNoSpace()) {
    return {ErrorCode::kIo, "free space on the disk, then open the database again"};
  }
  if (status.IsIOError() && status.ToString().find(too_many_open_files()) != std::string::npos) {
    return {ErrorCode::kIo, "raise the limit of open files (ulimit -n)"};
  }
  if (status.IsIOError() || is_refused_open(status)) {
    return {ErrorCode::kIo, "check the disk and the permissions, then open the database again"};
  }
  if (status.IsMemoryLimit())
    return {ErrorCode::kInternal, "free memory, then start the program again"};
  return {ErrorCode::kInternal, "please report this as a bug"};
}

}  // namespace

bool is_refused_open(const rocksdb::Status& status) {
  if (!status.IsInvalidArgument()) return false;
  const std::string text = status.ToString();
  return text.find("Direct I/O is not supported") != std::string::npos ||
         text.find("options incompatible with filesystem") != std::string::npos;
}

void require_ok(const rocksdb::Status& status, std::string_view attempt,
                const std::filesystem::path& store) {
  if (status.ok()) return;
  const Verdict verdict = judge(status);
  throw Error(verdict.code, "can't " + std::string(attempt) + " " + store.string() + ": " +
                                status.ToString() + "; " + std::string(verdict.remedy));
}

Error damaged(const std::filesystem::path& store, std::string_view what) {
  return {ErrorCode::kCorruption, "the store " + store.string() + " is damaged: " +
                                      std::string(what) + "; " + std::string(kRemedyForDamage)};
}

}  // namespace simdb
