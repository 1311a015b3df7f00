#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

// The head of an HTTP request, parsed strictly: what RFC 9112 lets a recipient tolerate is refused,
// since two parsers that tolerate differently are how requests are smuggled. Nothing but this reads
// a head; see docs/decisions/0039. Pure functions without sockets, thread-safe.
namespace simdb::server {

inline constexpr std::size_t kMaxHeadBytes = 16'384;
inline constexpr std::size_t kMaxTargetBytes = 8'192;
inline constexpr std::size_t kMaxFields = 100;

/// Why a request is not served. `detail` is one sentence, a literal that holds nothing of the
/// request. If it comes from check_head, nobody knows where the next request would begin: answer,
/// then close the connection without reading on.
struct Refusal {
  int status = 400;
  std::string_view detail;
};

/// A field line. `name` is as it was sent; `value` is without the blanks around it, at least no
/// control characters but tabs, and its bytes above 0x7F are opaque (RFC 9110, section 5.5).
struct Field {
  std::string_view name;
  std::string_view value;
};

/// A head that passed. Its views point into the bytes that were checked: keep those, in place.
/// The body is what follows them: exactly content_length bytes, whatever the method; none without
/// Content-Length. It must be read, or the connection closed, before the next head is.
struct RequestHead {
  std::string_view method;  ///< GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS
  std::string_view target;  ///< begins with '/', visible ASCII without '#'; see parse_target
  std::string_view host;    ///< may be empty; see check_site
  std::optional<std::uint64_t> content_length;
  bool expects_continue = false;  ///< and a body is coming: send "100 Continue" before reading it
  bool keep_alive = true;         ///< false if Connection lists "close"
  std::vector<Field> fields;      ///< in the order sent, with those above

  /// The first field of this name, which is given in lower case. There is no second one of
  /// Authorization, Content-Length, Content-Type, Expect, Host, Idempotency-Key, Origin,
  /// Sec-Fetch-Site and X-Request-Id.
  std::optional<std::string_view> field(std::string_view name) const noexcept;
};

/// For reading until a head is complete: its size with the blank line, once that is among `bytes`.
/// Lines that end with LF alone count, for check_head to refuse at once what would otherwise have
/// to time out. Once more than kMaxHeadBytes are there without a blank line, it is one more than
/// those, which check_head refuses. The first `searched` bytes were already there at the last call.
std::optional<std::size_t> find_end_of_head(std::string_view bytes,
                                            std::size_t searched = 0) noexcept;

/// Checks everything up to the blank line, which must be the end of `head`. Refuses with
///  400 what is not the grammar of RFC 9112, sections 3 and 5 (LF or CR alone, NUL and other
///      controls, obs-fold, a blank before the colon, an empty line before the request line); a
///      target that does not begin with '/', or holds '#' or bytes outside 0x21-0x7E; not exactly
///      one Host, or one with bytes that no host has; a Content-Length that is not one number below
///      2^64; a Connection that is not a list of tokens; and a second line of a field that takes
///      one value (see RequestHead::field);
///  414 a target of more than kMaxTargetBytes;
///  417 Expect with anything but "100-continue" (RFC 9110, section 10.1.1);
///  431 more than kMaxFields fields, or kMaxHeadBytes;
///  501 a method that is not known, and any Transfer-Encoding (RFC 9112, section 6.1);
///  505 versions other than HTTP/1.1.
/// Upgrade is ignored, as RFC 9110, section 7.8 allows.
std::variant<RequestHead, Refusal> check_head(std::string_view head);

}  // namespace simdb::server
