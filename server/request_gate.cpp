#include "server/request_gate.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>

#include "server/ascii.h"

namespace simdb::server {
namespace {

constexpr std::string_view kAlphanumeric =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

using ByteSet = std::array<bool, 256>;

constexpr ByteSet alphanumeric_and(std::string_view others) {
  ByteSet set{};
  for (const std::string_view part : {kAlphanumeric, others}) {
    for (const char c : part) set[static_cast<unsigned char>(c)] = true;
  }
  return set;
}

constexpr ByteSet kTokenBytes = alphanumeric_and("!#$%&'*+-.^_`|~");     // RFC 9110, section 5.6.2
constexpr ByteSet kHostBytes = alphanumeric_and("-._~%!$&'()*+,;=[]:");  // RFC 3986, section 3.2.2

bool is_in(const ByteSet& set, char c) { return set[static_cast<unsigned char>(c)]; }

bool all_in(const ByteSet& set, std::string_view text) {
  return std::ranges::all_of(text, [&](char c) { return is_in(set, c); });
}

bool is_target_byte(char c) { return c > 0x20 && c < 0x7F && c != '#'; }

bool is_value_byte(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

constexpr std::string_view kMethods[] = {"GET",   "HEAD",   "POST",   "PUT",
                                         "PATCH", "DELETE", "OPTIONS"};

// Fields that take one value. Which of two counts is where parsers differ.
enum : std::size_t { kHost, kContentLength, kExpect };  // the first of kSingles
constexpr std::string_view kSingles[] = {
    "host",   "content-length",  "expect",         "authorization", "content-type",
    "origin", "idempotency-key", "sec-fetch-site", "x-request-id"};

// Cuts the first line off `rest`, with its CR LF; none if it does not end with them.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end == 0 || rest[end - 1] != '\r') return std::nullopt;
  const std::string_view line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  return line;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

std::optional<Refusal> read_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == last)
    return Refusal{400, "The request line is not a method, a target and a version."};
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  const auto is_digit = [&](std::size_t i) { return version[i] >= '0' && version[i] <= '9'; };
  if (head.method.empty() || !all_in(kTokenBytes, head.method)) {
    return Refusal{400, "The method is not a token."};
  }
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(5) || version[6] != '.' ||
      !is_digit(7)) {
    return Refusal{400, "The request line does not end with a version of HTTP."};
  }
  if (version != "HTTP/1.1") return Refusal{505, "This server speaks HTTP/1.1 only."};
  if (head.target.size() > kMaxTargetBytes) return Refusal{414, "The target is too long."};
  if (!head.target.starts_with('/')) return Refusal{400, "The target does not begin with '/'."};
  if (!std::ranges::all_of(head.target, is_target_byte)) {
    return Refusal{400, "The target holds '#', a blank or a byte that is not visible ASCII."};
  }
  if (std::ranges::find(kMethods, head.method) == std::end(kMethods)) {
    return Refusal{501, "The method is not known here."};
  }
  return std::nullopt;
}

std::optional<Refusal> read_field(std::string_view line, RequestHead& head) {
  if (head.fields.size() == kMaxFields) return Refusal{431, "There are too many header fields."};
  const auto after_name =
      std::ranges::find_if_not(line, [](char c) { return is_in(kTokenBytes, c); });
  const auto colon = static_cast<std::size_t>(after_name - line.begin());
  if (colon == 0 || colon == line.size() || line[colon] != ':') {
    return Refusal{400, "A header field does not begin with a token and a colon."};
  }
  const Field field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
  if (!std::ranges::all_of(field.value, is_value_byte)) {
    return Refusal{400, "The value of a header field holds a control character."};
  }
  head.fields.push_back(field);
  return std::nullopt;
}

std::optional<Refusal> read_connection(std::string_view list, RequestHead& head) {
  while (!list.empty()) {
    const std::string_view element = list.substr(0, list.find(','));
    const std::string_view option = trimmed(element);
    if (!all_in(kTokenBytes, option)) return Refusal{400, "Connection is not a list of tokens."};
    if (equal_ignoring_case(option, "close")) head.keep_alive = false;
    list.remove_prefix(std::min(element.size() + 1, list.size()));
  }
  return std::nullopt;
}

std::optional<Refusal> read_single(std::size_t which, std::string_view value, RequestHead& head) {
  if (which == kHost) {
    head.host = value;
    if (!all_in(kHostBytes, value)) return Refusal{400, "Host is not a host."};
  } else if (which == kContentLength) {
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), head.content_length.emplace());
    if (error != std::errc() || end != value.data() + value.size()) {
      return Refusal{400, "Content-Length is not one number below 2^64."};
    }
  } else if (which == kExpect) {
    head.expects_continue = equal_ignoring_case(value, "100-continue");
    if (!head.expects_continue) return Refusal{417, "Only 100-continue can be expected."};
  }
  return std::nullopt;
}

std::optional<Refusal> interpret_fields(RequestHead& head) {
  std::bitset<std::size(kSingles)> seen;
  for (const auto& [name, value] : head.fields) {
    if (equal_ignoring_case(name, "transfer-encoding")) {
      return Refusal{501, "Transfer-Encoding is not known here: send Content-Length."};
    }
    if (equal_ignoring_case(name, "connection")) {
      if (auto refusal = read_connection(value, head)) return refusal;
      continue;
    }
    const auto* const found = std::ranges::find_if(
        kSingles, [&](std::string_view single) { return equal_ignoring_case(single, name); });
    if (found == std::end(kSingles)) continue;
    const auto which = static_cast<std::size_t>(found - std::begin(kSingles));
    if (seen[which]) return Refusal{400, "A header field that takes one value is there twice."};
    seen[which] = true;
    if (auto refusal = read_single(which, value, head)) return refusal;
  }
  if (!seen[kHost]) return Refusal{400, "Host is missing."};
  head.expects_continue = head.expects_continue && head.content_length.value_or(0) > 0;
  return std::nullopt;
}

std::optional<Refusal> read_head(std::string_view rest, RequestHead& head) {
  if (rest.size() > kMaxHeadBytes) {
    if (rest.find('\n') > kMaxTargetBytes) return Refusal{414, "The target is too long."};
    return Refusal{431, "The head of the request is too long."};
  }
  std::optional<std::string_view> line = take_line(rest);
  if (line) {
    if (auto refusal = read_request_line(*line, head)) return refusal;
  }
  while (line && (line = take_line(rest)) && !line->empty()) {
    if (auto refusal = read_field(*line, head)) return refusal;
  }
  if (!line || !rest.empty()) return Refusal{400, "A line of the head does not end with CR LF."};
  return interpret_fields(head);
}

}  // namespace

std::optional<std::string_view> RequestHead::field(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(
      fields, [&](const Field& field) { return equal_ignoring_case(field.name, name); });
  if (found == fields.end()) return std::nullopt;
  return found->value;
}

std::optional<std::size_t> find_end_of_head(std::string_view bytes, std::size_t searched) noexcept {
  constexpr std::size_t kNone = std::string_view::npos;
  const auto blank_line_at = [&](std::size_t at) {
    if (bytes.substr(at).starts_with('\n')) return at + 1;
    return bytes.substr(at).starts_with("\r\n") ? at + 2 : kNone;
  };
  std::size_t end = blank_line_at(0);
  // The LF before a blank line may be among the last two bytes of what was searched.
  for (std::size_t at = searched < 2 ? 0 : searched - 2; end == kNone; ++at) {
    at = bytes.find('\n', at);
    if (at == kNone) break;
    end = blank_line_at(at + 1);
  }
  if (std::min(end, bytes.size()) > kMaxHeadBytes) return kMaxHeadBytes + 1;
  return end == kNone ? std::nullopt : std::optional(end);
}

std::variant<RequestHead, Refusal> check_head(std::string_view head) {
  RequestHead read;
  read.fields.reserve(16);
  if (const auto refusal = read_head(head, read)) return *refusal;
  return read;
}

}  // namespace simdb::server
