#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/request_gate.h"

// Which web pages may have sent a request. A browser lets any page ask 127.0.0.1, and any name can
// be made to point there (DNS rebinding): then Host holds that name.
namespace simdb::server {

/// Whether Host is how one reaches this server: 127.0.0.1, localhost or [::1] with `port`, which
/// may be missing if it is 80 (the one to give for a unix socket), or one of the operator's
/// `names`. Those are NAME, with `port` or, as behind a proxy, without any; or NAME:PORT, just so.
/// Case does not count; a dot at the end does.
bool host_is_allowed(std::string_view host, std::span<const std::string> names, std::uint16_t port);

/// Whether an Origin (RFC 6454, section 7) is that of a page that this server sent under `host`, a
/// Host that is allowed; "null" never is. Both http and https are, since a proxy may do the TLS.
bool origin_is_allowed(std::string_view origin, std::string_view host);

/// Refuses a request with 421 for its Host (RFC 9110, section 7.4), and with 403 for its Origin or
/// if Sec-Fetch-Site (Fetch Metadata) is not "same-origin" or "none". Both may be missing, since
/// only browsers send them. A link to "/" may stand anywhere: a GET of it that opens a document
/// passes for any site.
std::optional<Refusal> check_site(const RequestHead& head, std::span<const std::string> names,
                                  std::uint16_t port);

}  // namespace simdb::server
