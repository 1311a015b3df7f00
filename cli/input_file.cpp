#include "cli/input_file.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "simdb/error.h"

namespace simdb::cli {

std::ifstream open_to_read(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const std::error_code reason(file ? 0 : errno, std::generic_category());
  const bool missing =
      reason == std::errc::no_such_file_or_directory || reason == std::errc::not_a_directory;
  if (!file) {
    throw Error(missing ? ErrorCode::kNotFound : ErrorCode::kIo,
                "can't read " + path + ": " + reason.message());
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw Error(ErrorCode::kBadInput, "can't read " + path + ": it is a folder");
  }
  return file;
}

}  // namespace simdb::cli
