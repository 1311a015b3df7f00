#pragma once

#include <fstream>
#include <string>

namespace simdb::cli {

/// A file, FIFO or device that a command reads from start to end. Throws Error(kNotFound) if there
/// is none, Error(kBadInput) if it is a folder, Error(kIo) with the system's reason if it may not
/// be read.
std::ifstream open_to_read(const std::string& path);

}  // namespace simdb::cli
