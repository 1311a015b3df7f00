// Class names and UTF-8.
#include <algorithm>

#include "core/class_name.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

struct Range {
  unsigned low, high;
};

// The table of RFC 3629, section 4: another way than core's to the same answer.
std::size_t sequence_at(std::string_view text, std::size_t at) {
  static constexpr Range kTail{0x80, 0xBF};
  static constexpr struct {
    Range lead, second;
    std::size_t length;
  } kRows[] = {{{0x00, 0x7F}, kTail, 1},        {{0xC2, 0xDF}, kTail, 2},
               {{0xE0, 0xE0}, {0xA0, 0xBF}, 3}, {{0xE1, 0xEC}, kTail, 3},
               {{0xED, 0xED}, {0x80, 0x9F}, 3}, {{0xEE, 0xEF}, kTail, 3},
               {{0xF0, 0xF0}, {0x90, 0xBF}, 4}, {{0xF1, 0xF3}, kTail, 4},
               {{0xF4, 0xF4}, {0x80, 0x8F}, 4}};
  const auto is_in = [&](std::size_t i, Range range) {
    const auto byte = static_cast<unsigned char>(text[i]);
    return byte >= range.low && byte <= range.high;
  };
  for (const auto& [lead, second, length] : kRows) {
    if (!is_in(at, lead)) continue;
    if (at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
      if (!is_in(at + i, i == 1 ? second : kTail)) return 0;
    }
    return length;
  }
  return 0;
}

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string name = fuzz::text_of(fuzz::bytes_of(data, size));
  bool well_formed = true;
  bool has_controls = false;
  for (std::size_t at = 0; at < name.size() && well_formed;) {
    const std::size_t length = sequence_at(name, at);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(name[at + i]); };
    has_controls = has_controls || (length == 1 && (byte(0) < 0x20 || byte(0) == 0x7F)) ||
                   (length == 2 && byte(0) == 0xC2 && byte(1) < 0xA0);
    well_formed = length > 0;
    at += length;
  }
  fuzz::require(is_utf8(name) == well_formed, "is_utf8 agrees with RFC 3629");
  const bool usable = well_formed && !has_controls && !name.empty() && size <= kMaxClassNameBytes;
  bool accepted = true;
  try {
    require_class_name(name);
  } catch (const Error& error) {
    accepted = false;
    fuzz::require_documented(error, {ErrorCode::kBadInput});
    fuzz::require(is_printable_ascii(error.what()), "a bad name is quoted safely");
  }
  fuzz::require(accepted == usable, "a class name is 1 to 1024 bytes of UTF-8 without controls");
  return 0;
}
