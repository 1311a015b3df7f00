#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace simdb {

/// RFC 4648, section 4, with padding.
std::string to_base64(std::span<const std::byte> bytes);

/// The inverse for what to_base64() could have made, and nothing for any other text: no line
/// breaks, no missing padding, no bits behind the end.
std::optional<std::vector<std::byte>> from_base64(std::string_view text);

}  // namespace simdb
