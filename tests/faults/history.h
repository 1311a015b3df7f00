#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "simdb/item.h"

namespace simdb::test {

/// An operation on a gallery of which only the ids count, with the moments before it began and
/// after it had ended on a clock that all threads share.
struct Operation {
  enum class Kind { kAdd, kRemove, kLook };
  Kind kind = Kind::kLook;
  std::uint64_t began = 0;
  std::uint64_t ended = 0;
  ItemId id{};                 ///< added or to be removed
  bool removed = false;        ///< what remove answered
  std::set<ItemId> seen = {};  ///< what a look saw
};

/// True if the operations can be put into one order, in which none comes behind one that began
/// after it had ended, so that each answers what a gallery with `initial` would that is used by
/// one thread: linearizability (Herlihy and Wing, 1990), by the search of Wing and Gong (1993).
/// At most 24 operations.
bool is_linearizable(const std::set<ItemId>& initial, std::span<const Operation> operations);

}  // namespace simdb::test
