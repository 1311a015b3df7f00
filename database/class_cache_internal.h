#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace simdb {

/// Remembers something about each class, until the class changes. Thread-safe.
template <typename Value>
class ClassCache {
 public:
  /// When values of more weight than this have come together, all are forgotten.
  explicit ClassCache(std::size_t max_weight) : max_weight_(max_weight) {}

  /// What is remembered of the class, else what `make()` reads from the store; `weight(value)` says
  /// how much of it there is. `make` runs outside the lock, maybe in several threads at once.
  template <typename Make, typename Weight>
  Value get(std::string_view class_name, Make&& make, Weight&& weight) {
    std::uint64_t changes_before = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto known = values_.find(class_name);
      if (known != values_.end()) return known->second;
      changes_before = changes_of(class_name);
    }
    Value value = make();
    const std::size_t added = weight(value);
    const std::lock_guard lock(mutex_);
    // What was read while the class changed may be old: good for this call, not for the next.
    if (changes_of(class_name) != changes_before || added > max_weight_) return value;
    if (weight_ + added > max_weight_) {
      values_.clear();
      weight_ = 0;
    }
    if (values_.emplace(class_name, value).second) weight_ += added;
    return value;
  }

  /// Call after a change of these classes, before it is acknowledged.
  template <typename Weight>
  void forget(const std::set<std::string>& class_names, Weight&& weight) {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : class_names) {
      ++changes_of(name);
      const auto known = values_.find(name);
      if (known == values_.end()) continue;
      weight_ -= weight(known->second);
      values_.erase(known);
    }
  }

 private:
  // Strings are found by views.
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  // Classes share counters: then a change of another class may keep a value from being remembered.
  std::uint64_t& changes_of(std::string_view class_name) {
    return changes_[Hash{}(class_name) % changes_.size()];
  }

  const std::size_t max_weight_;
  std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, Value, Hash, std::equal_to<>> values_;
  std::size_t weight_ = 0;
  std::array<std::uint64_t, 64> changes_{};
};

}  // namespace simdb
