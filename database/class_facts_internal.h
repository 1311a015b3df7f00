#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/id_filter.h"
#include "storage/store.h"

namespace simdb {

/// Remembers values that the store takes long to find, one per class, until the class changes.
/// Thread-safe.
template <typename Value>
class ClassCache {
 public:
  /// When the costs of all values are more than that, all are forgotten.
  explicit ClassCache(std::size_t most_cost) : most_cost_(most_cost) {}

  /// The value of the class; read() finds it, cost(value) is what keeping it takes.
  template <typename Read, typename Cost>
  Value get(std::string_view class_name, Read&& read, Cost&& cost) {
    std::uint64_t changes_before = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto known = values_.find(class_name);
      if (known != values_.end()) return known->second;
      changes_before = changes_;
    }
    Value value = read();
    const std::size_t own_cost = cost(value);
    const std::lock_guard lock(mutex_);
    // What was read while the store changed may be old: good for this search, not for the next.
    if (changes_ != changes_before || own_cost > most_cost_) return value;
    if (cost_ + own_cost > most_cost_) {
      values_.clear();
      cost_ = 0;
    }
    if (values_.emplace(class_name, value).second) cost_ += own_cost;
    return value;
  }

  /// Call after the store has changed.
  void forget(std::string_view class_name) {
    const std::lock_guard lock(mutex_);
    const auto known = values_.find(class_name);
    if (known != values_.end()) values_.erase(known);
    ++changes_;
  }
  void forget_all() {
    const std::lock_guard lock(mutex_);
    values_.clear();
    cost_ = 0;
    ++changes_;
  }

 private:
  const std::size_t most_cost_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, Value, std::less<>> values_;
  std::size_t cost_ = 0;  // what was forgotten one by one still counts: an upper bound
  std::uint64_t changes_ = 0;
};

/// What searches inside a class and votes need to know of it. Thread-safe.
class ClassFacts {
 public:
  /// The store must outlive it.
  explicit ClassFacts(const Store& store) : store_(store) {}

  /// The items of the class, as the store has them now.
  IdFilter members(std::string_view class_name);
  /// See Gallery::class_mean.
  std::vector<float> mean(std::string_view class_name);

  /// Call after the store has changed: after items of a class were added, after any were removed.
  void forget(std::string_view class_name);
  void forget_all();

 private:
  // 8 bytes each, and some bits.
  static constexpr std::size_t kMostIds = std::size_t{1} << 21;
  static constexpr std::size_t kMostFloats = std::size_t{1} << 22;

  std::vector<float> read_mean(std::string_view class_name) const;

  const Store& store_;
  ClassCache<IdFilter> members_{kMostIds};
  ClassCache<std::vector<float>> means_{kMostFloats};
};

}  // namespace simdb
