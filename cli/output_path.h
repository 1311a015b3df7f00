#pragma once

#include <filesystem>
#include <string>

namespace simdb::cli {

/// The file or folder `name` that a command is to write. Throws Error(kUsage) if it is "-" or lies
/// in a database's own folder, through links as well: what lies there is the database's.
std::filesystem::path output_path(const std::string& name);

}  // namespace simdb::cli
