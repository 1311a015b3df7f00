#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/id_filter.h"
#include "storage/store.h"

namespace simdb {

/// Remembers which items belong to a class, for searches inside it: the store takes longer to list
/// them than the index to search. Thread-safe.
class ClassMembers {
 public:
  /// The store must outlive it.
  explicit ClassMembers(const Store& store) : store_(store) {}

  /// The items of the class, as the store has them now.
  IdFilter of(std::string_view class_name);

  /// Call after the store has changed.
  void forget();

 private:
  // 8 bytes each, and some bits. When there are more, all are forgotten.
  static constexpr std::size_t kMaxIds = std::size_t{1} << 21;

  const Store& store_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, IdFilter, std::less<>> classes_;
  std::size_t ids_ = 0;
  std::uint64_t changes_ = 0;
};

}  // namespace simdb
