#include "server/http_message.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "pipeline/formats/json_text.h"

namespace simdb::server {

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Internal Server Error";
  }
}

Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id) {
  Response response{.status = status, .content_type = "application/problem+json"};
  std::string& body = response.body;
  body = R"({"type":"about:blank","title":)";
  append_json_text(body, reason_phrase(status));
  fmt::format_to(std::back_inserter(body), R"(,"status":{},"detail":)", status);
  append_json_text(body, detail);
  body += R"(,"code":)";
  append_json_text(body, code);
  body += R"(,"request_id":)";
  append_json_text(body, request_id);
  body += "}\n";
  return response;
}

std::string http_date(std::time_t now) {
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 64> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text.data(), size};
}

std::string response_head(const Response& response, const Request& request, std::string_view date,
                          bool keep_alive) {
  std::string head;
  head.reserve(512);
  const auto out = std::back_inserter(head);
  fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 reason_phrase(response.status), date);
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body) fmt::format_to(out, "Content-Type: {}\r\n", response.content_type);
  if (response.stream) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (has_body) {
    fmt::format_to(out, "Content-Length: {}\r\n", response.body.size());
  }
  for (const auto& [name, value] : response.fields) {
    fmt::format_to(out, "{}: {}\r\n", name, value);
  }
  if (!request.id.empty()) fmt::format_to(out, "X-Request-Id: {}\r\n", request.id);
  if (!keep_alive) head += "Connection: close\r\n";
  // No page of another origin may show, read or guess what is answered.
  head +=
      "X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n"
      "Referrer-Policy: no-referrer\r\n\r\n";
  return head;
}

}  // namespace simdb::server
