#pragma once

#include <string>
#include <string_view>

#include "simdb/duplicates.h"
#include "simdb/review.h"

namespace simdb {

/// "file", "pixels", "near".
std::string_view name_of(Sameness sameness) noexcept;

/// What `duplicates --json` prints of a group, without a line break.
std::string duplicate_group_json(const DuplicateGroup& group);

/// How many items are in groups, and how many groups are of several classes.
struct DuplicateCount {
  std::size_t items = 0;
  std::size_t conflicts = 0;
};
DuplicateCount count_of(const DuplicateReport& report);

/// What `review --json` prints of an item, without a line break.
std::string doubtful_item_json(const DoubtfulItem& entry);

/// What `compare --json` prints of two images that are called `a` and `b`, without a line break.
std::string comparison_json(std::string_view a, std::string_view b, float similarity);

}  // namespace simdb
