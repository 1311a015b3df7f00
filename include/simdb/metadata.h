#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace simdb {

/// Numbers are finite doubles, as in JSON; -0 is 0. Strings are UTF-8.
using MetadataValue = std::variant<bool, double, std::string>;

/// What the user keeps beside an item: a flat JSON object, in byte order of the names.
using Metadata = std::map<std::string, MetadataValue, std::less<>>;

/// Of names and strings together, with 8 bytes for each number and 1 for each boolean.
inline constexpr std::size_t kMaxMetadataBytes = std::size_t{64} << 10;
inline constexpr std::size_t kMaxMetadataNameBytes = 256;

/// Names are 1 to 256 bytes of UTF-8 without control characters (U+0000-001F, U+007F-009F); they
/// are compared byte by byte. Throws Error(kBadInput), naming the field, unless all is as above.
void require_metadata(const Metadata& metadata);

enum class Comparison { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

/// A question to an item's metadata: "price < 2".
struct MetadataCondition {
  std::string name;
  Comparison comparison = Comparison::kEqual;
  MetadataValue value;

  friend bool operator==(const MetadataCondition&, const MetadataCondition&) = default;
};

/// False without a field of that name. A value of another type is unequal, and neither less nor
/// greater. Strings are ordered by their bytes, false is less than true.
bool passes(const Metadata& metadata, const MetadataCondition& condition);
/// Whether all conditions are met.
bool passes(const Metadata& metadata, const std::vector<MetadataCondition>& conditions);

}  // namespace simdb
