#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "simdb/error.h"

namespace simdb::training {

/// A value of an option and the name that the command line and the model's notes give it.
template <typename Value>
using NamedValue = std::pair<std::string_view, Value>;

/// The value called `name`. Throws Error(kUsage) naming the choices; `what` is the option's noun.
template <typename Choices>
auto find_choice(const Choices& choices, std::string_view what, std::string_view name) {
  std::string known;
  for (const auto& [choice, value] : choices) {
    if (choice == name) return value;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", choice);
  }
  throw Error(ErrorCode::kUsage,
              fmt::format("there is no {} '{}'; choose from {}", what, name, known));
}

/// The inverse; "unknown" for a value outside the choices.
template <typename Choices, typename Value>
std::string_view name_of(const Choices& choices, Value value) noexcept {
  for (const auto& [name, choice] : choices) {
    if (choice == value) return name;
  }
  return "unknown";
}

/// Throws Error(kUsage) naming the option unless low <= value <= high; NaN is outside.
inline void require_between(std::string_view name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("{} must lie between {} and {}, not {}", name, low, high, value));
}

}  // namespace simdb::training
