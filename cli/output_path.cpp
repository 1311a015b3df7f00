#include "cli/output_path.h"

#include <system_error>

#include "core/file_io.h"
#include "database/layout.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;

// Surer than Database::exists: a folder of pictures may well have a sub-folder "store".
bool is_database(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(store_path(folder) / "CURRENT", ignored);
}

}  // namespace

fs::path output_path(const std::string& name) {
  if (name == "-") {
    throw Error(ErrorCode::kUsage,
                "can't write that to standard output; name a file ('./-' if it is called so)");
  }
  std::error_code error;  // of a folder that is not there tells who writes into it
  for (fs::path above = fs::weakly_canonical(absolute_path(followed(name)), error);
       !error && above.has_relative_path();) {
    above = above.parent_path();
    if (!is_database(above)) continue;
    throw Error(ErrorCode::kUsage, "can't write " + name + ": it would lie in the database " +
                                       above.string() + "; choose another folder");
  }
  return name;
}

}  // namespace simdb::cli
