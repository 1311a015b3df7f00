#include <string>
#include <system_error>

#include "core/file_io.h"
#include "database/layout.h"
#include "database/new_folder_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to_create(const fs::path& folder, const std::string& why, ErrorCode code) {
  throw Error(code, "can't create a database in " + folder.string() + ": " + why);
}

}  // namespace

NewFolder::NewFolder(const fs::path& folder) {
  std::error_code error;
  if (fs::create_directory(folder, error)) {
    to_remove_ = folder;
    sync_folder(folder.has_parent_path() ? folder.parent_path() : ".");
    return;
  }
  if (error) {
    const bool no_parent = error == std::errc::no_such_file_or_directory;
    fail_to_create(folder, no_parent ? "its parent folder does not exist" : error.message(),
                   no_parent ? ErrorCode::kNotFound : ErrorCode::kIo);
  }
  const bool empty = fs::is_empty(folder, error);
  if (error) fail_to_create(folder, error.message(), ErrorCode::kIo);
  if (!empty) {
    const bool is_database = fs::is_directory(store_path(folder), error);
    fail_to_create(
        folder,
        is_database ? "there is a database already" : "the folder is not empty; choose another",
        ErrorCode::kUsage);
  }
  to_remove_ = store_path(folder);
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!to_remove_.empty()) fs::remove_all(to_remove_, ignored);
}

}  // namespace simdb
