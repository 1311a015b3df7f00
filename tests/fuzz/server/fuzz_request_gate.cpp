// The head of an HTTP request and its target.
#include <algorithm>
#include <array>

#include "core/class_name.h"
#include "server/request_site.h"
#include "server/request_target.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

std::string lower(std::string_view text) {
  std::string copy(text);
  std::ranges::transform(copy, copy.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? c | 32 : c; });
  return copy;
}

void require_documented(const server::Refusal& refusal) {
  static constexpr std::array kDocumented = {400, 414, 417, 431, 501, 505};
  fuzz::require(std::ranges::find(kDocumented, refusal.status) != kDocumented.end() &&
                    refusal.detail.size() > 10 && refusal.detail.ends_with('.'),
                "a refusal has a documented status and says why");
}

// Takes the lines apart the slow way: copies, and everything is looked for everywhere.
void require_same_meaning(const std::string& text, const server::RequestHead& head) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  for (std::size_t end = 0; (end = text.find("\r\n", at)) != std::string::npos; at = end + 2) {
    lines.push_back(text.substr(at, end - at));
  }
  fuzz::require(at == text.size() && lines.size() == head.fields.size() + 2 && lines.back().empty(),
                "there are as many fields as lines");
  for (const std::string& line : lines) {
    fuzz::require(std::ranges::none_of(
                      line, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; }),
                  "no control character passes");
  }
  fuzz::require(lines[0] == std::string(head.method) + ' ' + std::string(head.target) + " HTTP/1.1",
                "the request line is what was read of it");
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    const auto& [name, value] = head.fields[i];
    const std::string& line = lines[i + 1];
    const std::string blanks = line.substr(name.size() + 1, line.rfind(value) - name.size() - 1);
    fuzz::require(!name.empty() && line.starts_with(std::string(name) + ':') &&
                      name.find_first_of(" \t") == std::string_view::npos &&
                      (value.empty() || blanks.find_first_not_of(" \t") == std::string::npos),
                  "a field is what its line says");
    fuzz::require(lower(name) != "transfer-encoding", "no Transfer-Encoding passes");
    hosts += lower(name) == "host";
    if (lower(name) != "content-length") continue;
    ++lengths;
    const std::string digits = std::to_string(head.content_length.value_or(0));
    fuzz::require(
        value.ends_with(digits) && value.find_first_not_of('0') >= value.size() - digits.size(),
        "Content-Length is what was read of it");
  }
  fuzz::require(hosts == 1 && head.field("host") == head.host, "there is one Host");
  fuzz::require(lengths == (head.content_length ? 1U : 0U), "there is at most one Content-Length");
}

std::string encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string code;
  for (const unsigned char c : text) code += {'%', kDigits[c >> 4], kDigits[c & 15]};
  return code;
}

void parse_target(std::string_view text) {
  const auto parsed = server::parse_target(text);
  if (const auto* refusal = std::get_if<server::Refusal>(&parsed)) {
    require_documented(*refusal);
    return;
  }
  const auto& target = std::get<server::Target>(parsed);
  std::string again;
  for (const std::string& segment : target.segments) {
    fuzz::require(is_utf8(segment) && segment != "..", "a segment is a name");
    again += '/' + encoded(segment);
  }
  char separator = '?';
  for (const auto& [name, value] : target.parameters) {
    fuzz::require(is_utf8(name) && is_utf8(value), "a parameter is text");
    again += separator + encoded(name) + '=' + encoded(value);
    separator = '&';
  }
  if (!target.parameters.empty()) {
    const auto& [name, value] = target.parameters.back();
    fuzz::require(target.values(name).back() == value, "a parameter is found by name");
  }
  const auto reparsed = server::parse_target(again);
  const auto& same = std::get<server::Target>(reparsed);
  fuzz::require(same.segments == target.segments &&
                    std::ranges::equal(same.parameters, target.parameters,
                                       [](const auto& a, const auto& b) {
                                         return a.name == b.name && a.value == b.value;
                                       }),
                "a target that is written anew is the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes = fuzz::text_of(fuzz::bytes_of(data, size));
  const auto end = server::find_end_of_head(bytes);
  const std::string_view first = std::string_view(bytes).substr(0, size / 2);
  const auto early = server::find_end_of_head(first);
  fuzz::require(early ? early == end : server::find_end_of_head(bytes, first.size()) == end,
                "the end is found in pieces as at once");
  const std::string text = bytes.substr(0, end.value_or(size));
  const auto checked = server::check_head(text);
  if (const auto* refusal = std::get_if<server::Refusal>(&checked)) {
    require_documented(*refusal);
    return 0;
  }
  fuzz::require(end == text.size(), "what is accepted is complete");
  const auto& head = std::get<server::RequestHead>(checked);
  require_same_meaning(text, head);
  const std::vector<std::string> names = {"name.example"};
  const auto stranger = server::check_site(head, names, 7700);
  fuzz::require(stranger || lower(head.host).find("localhost") == 0 ||
                    head.host == "127.0.0.1:7700" || head.host == "[::1]:7700" ||
                    lower(head.host).starts_with(names[0]),
                "only names of this server pass");
  parse_target(head.target);
  return 0;
}
