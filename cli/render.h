#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/printable.h"
#include "pipeline/formats/json_text.h"

namespace simdb::cli {

/// "1 image", "2 images", "3 classes".
std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural);

/// "97.5 %".
std::string percent(double share);

/// "1.4 MB".
std::string byte_size(std::uint64_t bytes);

}  // namespace simdb::cli
