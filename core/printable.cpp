#include "core/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "core/class_name.h"
#include "simdb/digest.h"

namespace simdb {
namespace {

// Length of the UTF-8 sequence that starts with `lead`, judged by the lead byte alone.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0xC0) return 1;
  if (lead < 0xE0) return 2;
  return lead < 0xF0 ? 3 : 4;
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

}  // namespace

char32_t code_point(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  char32_t code = lead & (0x7FU >> sequence.size());
  for (const char c : sequence.substr(1))
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return code;
}

std::string escape_unprintable(
    std::string_view text,
    const std::function<void(std::string& copy, std::string_view sequence)>& escape) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = text.substr(at);
    const auto plain = static_cast<std::size_t>(
        std::ranges::find_if_not(rest, [](char c) { return c >= ' ' && c <= '~'; }) - rest.begin());
    safe += rest.substr(0, plain);
    at += plain;
    if (at == text.size()) break;
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

std::string printable(std::string_view text) {
  return escape_unprintable(text, [](std::string& safe, std::string_view sequence) {
    for (const char c : sequence) {
      const auto byte = static_cast<std::uint8_t>(c);
      safe += "\\x" + to_hex(std::span(&byte, 1));
    }
  });
}

}  // namespace simdb
