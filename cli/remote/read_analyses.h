#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "cli/remote/remote.h"
#include "simdb/duplicates.h"
#include "simdb/review.h"

namespace simdb::cli {

/// Calls `visit` with each entry of the list `name` of an analysis, whose pages it asks for, and
/// returns the last page. Throws Error(kBusy) if the database changed meanwhile, so that the pages
/// are not of one state.
nlohmann::ordered_json each_entry(Remote& remote, const Remote::Target& target,
                                  std::string_view name,
                                  const std::function<void(std::string_view)>& visit);

/// Of duplicate_group_json() and doubtful_item_json(), as far as their text tells it.
DuplicateGroup duplicate_group_from(const nlohmann::ordered_json& json);
DoubtfulItem doubtful_item_from(const nlohmann::ordered_json& json);

/// What a page says beside its entries.
void read_thresholds(const nlohmann::ordered_json& page, DuplicateReport& report);
void read_counts(const nlohmann::ordered_json& page, LabelReview& review);

}  // namespace simdb::cli
