#include "tests/faults/history.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace simdb::test {
namespace {

class Search {
 public:
  Search(const std::set<ItemId>& initial, std::span<const Operation> operations)
      : operations_(operations), failed_(std::size_t{1} << operations.size()), items_(initial) {
    for (const ItemId id : initial) newest_ = std::max(newest_, id);
  }

  // Whether the operations that are not in `done` can follow. What the gallery holds depends on
  // `done` alone, because no id comes twice, so a set that failed once fails always.
  bool can_end(std::uint32_t done) {
    if (done == failed_.size() - 1) return true;
    if (failed_[done]) return false;
    std::uint64_t first_end = ~std::uint64_t{0};
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if ((done >> i & 1) == 0) first_end = std::min(first_end, operations_[i].ended);
    }
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if ((done >> i & 1) != 0 || operations_[i].began > first_end) continue;
      if (can_end_with(operations_[i], done | std::uint32_t{1} << i)) return true;
    }
    failed_[done] = true;
    return false;
  }

 private:
  bool can_end_with(const Operation& next, std::uint32_t done) {
    switch (next.kind) {
      case Operation::Kind::kLook:
        return next.seen == items_ && can_end(done);
      case Operation::Kind::kRemove: {
        if (items_.contains(next.id) != next.removed) return false;
        items_.erase(next.id);
        const bool found = can_end(done);
        if (next.removed) items_.insert(next.id);
        return found;
      }
      case Operation::Kind::kAdd: {
        if (next.id <= newest_) return false;  // ids ascend
        const ItemId before = std::exchange(newest_, next.id);
        items_.insert(next.id);
        const bool found = can_end(done);
        items_.erase(next.id);
        newest_ = before;
        return found;
      }
    }
    return false;
  }

  const std::span<const Operation> operations_;
  std::vector<bool> failed_;
  std::set<ItemId> items_;
  ItemId newest_{};
};

}  // namespace

bool is_linearizable(const std::set<ItemId>& initial, std::span<const Operation> operations) {
  if (operations.size() > 24) throw std::invalid_argument("too many operations to order");
  return Search(initial, operations).can_end(0);
}

}  // namespace simdb::test
