#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace simdb {

/// Random bytes of the system. Throws Error(kIo), naming the store.
std::string draw_bytes(std::size_t count, const std::filesystem::path& store);

}  // namespace simdb
