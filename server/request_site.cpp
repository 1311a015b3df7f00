#include "server/request_site.h"

#include <algorithm>

#include "server/ascii.h"

namespace simdb::server {
namespace {

constexpr std::string_view kLoopback[] = {"127.0.0.1", "localhost", "[::1]"};

// A person who follows a link, or types the address. What the page shows needs a token, which the
// other site doesn't have, and the page can't be framed.
bool opens_page(const RequestHead& head) {
  return head.method == "GET" && head.target == "/" && !head.field("origin") &&
         head.field("sec-fetch-mode") == "navigate" && head.field("sec-fetch-dest") == "document";
}

}  // namespace

bool host_is_allowed(std::string_view host, std::span<const std::string> names,
                     std::uint16_t port) {
  const std::size_t address_end = host.starts_with('[') ? host.find(']') : 0;
  const std::string_view name = host.substr(0, host.find(':', address_end));
  const std::string_view suffix = host.substr(name.size());
  const bool has_port = suffix.starts_with(':') && suffix.substr(1) == std::to_string(port);
  const auto is_name = [&](std::string_view allowed) { return equal_ignoring_case(name, allowed); };
  if (has_port || (suffix.empty() && port == 80)) {
    if (std::ranges::any_of(kLoopback, is_name)) return true;
  }
  return !name.empty() && std::ranges::any_of(names, [&](std::string_view allowed) {
    return equal_ignoring_case(host, allowed) || (has_port && is_name(allowed));
  });
}

bool origin_is_allowed(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) {
      return !host.empty() && equal_ignoring_case(origin.substr(scheme.size()), host);
    }
  }
  return false;
}

std::optional<Refusal> check_site(const RequestHead& head, std::span<const std::string> names,
                                  std::uint16_t port) {
  if (!host_is_allowed(head.host, names, port)) {
    return Refusal{421, "Host is not a name of this server."};
  }
  if (opens_page(head)) return std::nullopt;
  const auto origin = head.field("origin");
  const auto site = head.field("sec-fetch-site");
  if ((origin && !origin_is_allowed(*origin, head.host)) ||
      (site && *site != "same-origin" && *site != "none")) {
    return Refusal{403, "Another site's page sent this request."};
  }
  return std::nullopt;
}

}  // namespace simdb::server
