#include "cli/render.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/class_name.h"

namespace simdb::cli {
namespace {

// Length of the UTF-8 sequence that starts with `lead`, judged by the lead byte alone.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0xC0) return 1;
  if (lead < 0xE0) return 2;
  return lead < 0xF0 ? 3 : 4;
}

// The code point of a sequence that is UTF-8.
char32_t code_point(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  char32_t code = lead & (0x7FU >> sequence.size());
  for (const char c : sequence.substr(1))
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return code;
}

// Controls, what breaks lines, what reorders the text behind it, and what nobody sees. The page of
// `eval --report` has the same list (cli/report/base.js).
bool is_harmful(char32_t code) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  static constexpr std::array kRanges = {
      Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0xAD, 0xAD},      Range{0x61C, 0x61C},
      Range{0x180E, 0x180E}, Range{0x200B, 0x200F}, Range{0x2028, 0x202E},  Range{0x2060, 0x206F},
      Range{0xFEFF, 0xFEFF}, Range{0xFFF9, 0xFFFB}, Range{0xE0000, 0xE0FFF}};
  return std::any_of(kRanges.begin(), kRanges.end(), [code](const Range& range) {
    return range.first <= code && code <= range.last;
  });
}

// Copies text, but hands what is harmful, and each byte that is not UTF-8, to `escape` instead.
template <typename Escape>
std::string escaped(std::string_view text, const Escape& escape) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    std::string_view sequence =
        text.substr(at, sequence_length(static_cast<unsigned char>(text[at])));
    const bool valid = is_utf8(sequence);
    if (!valid) sequence = sequence.substr(0, 1);
    if (valid && !is_harmful(code_point(sequence))) {
      safe += sequence;
    } else {
      escape(safe, sequence);
    }
    at += sequence.size();
  }
  return safe;
}

}  // namespace

std::string printable(std::string_view text) {
  return escaped(text, [](std::string& safe, std::string_view sequence) {
    for (const char c : sequence) safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  });
}

void print_json(std::ostream& out, const nlohmann::ordered_json& value) {
  // The library leaves everything from DEL on as it is. It can only stand in strings.
  out << escaped(value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
                 [](std::string& safe, std::string_view sequence) {
                   const char32_t code = code_point(sequence);
                   if (code < 0x10000) {
                     safe += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
                   } else {
                     safe += fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + ((code - 0x10000U) >> 10),
                                         0xDC00U + ((code - 0x10000U) & 0x3FFU));
                   }
                 })
      << '\n';
}

std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string byte_size(std::uint64_t bytes) {
  static constexpr std::array kUnits = {"bytes", "kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (size >= 1000 && unit + 1 < kUnits.size()) {
    size /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string iso_time(std::int64_t milliseconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)));
}

}  // namespace simdb::cli
