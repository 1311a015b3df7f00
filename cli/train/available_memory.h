#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace simdb::cli {

/// Bytes that a program can still take without swapping: what the system says is available, or
/// what is left of the control group's limit, whichever is less. Nothing where neither is told.
std::optional<std::uint64_t> available_memory();

/// "1.5 GB", "300 MB".
std::string format_memory(std::uint64_t bytes);

}  // namespace simdb::cli
