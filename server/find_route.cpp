#include "server/find_route.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace simdb::server {
namespace {

bool is_variable(std::string_view segment) { return segment.starts_with('{'); }

// What a path says for the variables of a template; nothing if it does not fit.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string>& segments) {
  std::vector<std::string> values;
  pattern.remove_prefix(1);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view part = pattern.substr(0, end);
    if (is_variable(part)) {
      values.push_back(segments[i]);
    } else if (part != segments[i]) {
      return std::nullopt;
    }
    if (end == pattern.size()) {
      return i + 1 == segments.size() ? std::optional(std::move(values)) : std::nullopt;
    }
    pattern.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace

FoundRoute find_route(const Request& request) {
  FoundRoute found;
  bool has_fixed_path = false;  // those come first in the table
  const std::string_view method = request.head.method == "HEAD" ? "GET" : request.head.method;
  for (const Route& route : routes()) {
    auto values = match(route.path, request.target.segments);
    if (!values) continue;
    if (!values->empty() && has_fixed_path) continue;  // "move" is no id
    has_fixed_path = has_fixed_path || values->empty();
    found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == "GET") found.allowed += ", HEAD";
    if (route.method != method || found.route != nullptr) continue;
    found.route = &route;
    found.values = *std::move(values);
  }
  return found;
}

}  // namespace simdb::server
