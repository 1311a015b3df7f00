#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "simdb/metadata.h"

namespace simdjson::dom {
class element;
}

namespace simdb {

/// Numbers that are whole are written without a point.
nlohmann::ordered_json to_json(const MetadataValue& value);
nlohmann::ordered_json to_json(const Metadata& metadata);

/// Throws Error(kBadInput), naming the field, unless it is a flat object that require_metadata
/// takes.
Metadata metadata_from_json(const simdjson::dom::element& json);
/// One field of such an object. Throws Error(kBadInput) too if there is one of that name.
void add_field(Metadata& metadata, std::string_view name, const simdjson::dom::element& value);

/// "sku=4711": a name and a value. What is a number, true or false in JSON is that; "..." in
/// quotes, and everything else, is text. Throws Error(kUsage) if there is no '='.
std::pair<std::string, MetadataValue> parse_field(std::string_view text);

/// "price<2": a name, one of = != < <= > >=, and a value as in parse_field. Throws Error(kUsage).
MetadataCondition parse_condition(std::string_view text);

}  // namespace simdb
