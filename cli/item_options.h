#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cli/args.h"
#include "database/item_selection.h"
#include "simdb/database.h"

namespace simdb::cli {

/// --class C and --where CONDITION, each as often as one likes.
void add_filter_options(ArgumentParser& parser);
/// What these say. Throws Error(kUsage) for what is no condition.
SearchFilter filter_of(const ArgumentParser& parser);
/// These, --after ID and --limit N.
void add_selection_options(ArgumentParser& parser);
ItemSelection selection_of(const ArgumentParser& parser);
/// Throws Error(kNotFound) unless items carry these class names.
void require_classes(const Database& database, const SearchFilter& filter);

/// Throws Error(kUsage) unless `text` is a number.
ItemId parse_id(const std::string& text);
std::vector<ItemId> parse_ids(std::span<const std::string> words);
/// Ids as JSON has them.
std::vector<std::uint64_t> numbers_of(std::span<const ItemId> ids);

/// NAME=VALUE ... as fields. Throws Error(kUsage).
Metadata parse_fields(std::span<const std::string> words);

}  // namespace simdb::cli
