#include "cli/completion/choices.h"

#include <algorithm>
#include <cstddef>

namespace simdb::cli {
namespace {

bool is_small(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

// The first "one|other".
std::string_view choice_in(std::string_view text) {
  const std::size_t bar = text.find('|');
  if (bar == std::string_view::npos) return {};
  std::size_t begin = bar;
  while (begin > 0 && is_small(text[begin - 1])) --begin;
  std::size_t end = bar;
  while (end < text.size() && (is_small(text[end]) || text[end] == '|' || text[end - 1] == '|')) {
    ++end;
  }
  return text.substr(begin, end - begin);
}

}  // namespace

std::vector<std::string_view> parts_of(std::string_view name) {
  std::vector<std::string_view> parts;
  while (!name.empty()) {
    const std::size_t bar = std::min(name.find('|'), name.size());
    const std::string_view part = name.substr(0, bar);
    parts.push_back(part.starts_with('\n') ? part.substr(1) : part);
    name.remove_prefix(std::min(bar + 1, name.size()));
  }
  return parts;
}

std::vector<std::string_view> choices_of(std::string_view name, std::string_view text) {
  std::vector<std::string_view> choices = parts_of(name == "WHAT" ? choice_in(text) : name);
  std::erase_if(choices, [](std::string_view word) {
    return word.empty() || !std::ranges::all_of(word, is_small);
  });
  return choices;
}

}  // namespace simdb::cli
