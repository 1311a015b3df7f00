#include "pipeline/on_duplicate.h"

#include <utility>

namespace simdb {

std::optional<OnDuplicate> parse_on_duplicate(std::string_view word) {
  constexpr std::pair<std::string_view, OnDuplicate> kWords[] = {{"add", OnDuplicate::kAdd},
                                                                 {"skip", OnDuplicate::kSkip},
                                                                 {"warn", OnDuplicate::kWarn},
                                                                 {"refuse", OnDuplicate::kRefuse}};
  for (const auto& [name, value] : kWords) {
    if (word == name) return value;
  }
  return std::nullopt;
}

}  // namespace simdb
