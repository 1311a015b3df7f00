#include "tests/faults/hostile_names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "tests/support/utf8.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// The length of the well-formed sequence at `at`, by the table of RFC 3629, section 4; 0 if there
// is none.
std::size_t well_formed(std::string_view text, std::size_t at) {
  struct Row {
    std::uint8_t lead_first, lead_last, second_first, second_last;
    std::size_t length;
  };
  static constexpr std::array kTable = {
      Row{0x00, 0x7F, 0, 0, 1},       Row{0xC2, 0xDF, 0x80, 0xBF, 2},
      Row{0xE0, 0xE0, 0xA0, 0xBF, 3}, Row{0xE1, 0xEC, 0x80, 0xBF, 3},
      Row{0xED, 0xED, 0x80, 0x9F, 3}, Row{0xEE, 0xEF, 0x80, 0xBF, 3},
      Row{0xF0, 0xF0, 0x90, 0xBF, 4}, Row{0xF1, 0xF3, 0x80, 0xBF, 4},
      Row{0xF4, 0xF4, 0x80, 0x8F, 4}};
  const auto between = [](std::uint8_t first, std::uint8_t value, std::uint8_t last) {
    return first <= value && value <= last;
  };
  for (const Row& row : kTable) {
    if (!between(row.lead_first, byte_at(text, at), row.lead_last)) continue;
    if (at + row.length > text.size()) return 0;
    if (row.length > 1 && !between(row.second_first, byte_at(text, at + 1), row.second_last))
      return 0;
    for (std::size_t i = 2; i < row.length; ++i) {
      if (!between(0x80, byte_at(text, at + i), 0xBF)) return 0;
    }
    return row.length;
  }
  return 0;
}

bool is_control(std::string_view sequence) {
  const std::uint8_t lead = byte_at(sequence, 0);
  if (sequence.size() == 1) return lead < 0x20 || lead == 0x7F;
  return sequence.size() == 2 && lead == 0xC2 && byte_at(sequence, 1) < 0xA0;
}

// Marks that reorder, break lines or can't be seen, one by one.
const std::set<std::string>& unseen() {
  static const std::set<std::string> kUnseen = [] {
    std::set<std::string> all = {"\u00AD", "\u061C", "\u180E", "\uFEFF"};
    for (char32_t code = 0x200B; code <= 0x200F; ++code) all.insert(utf8(code));
    for (char32_t code = 0x2028; code <= 0x202E; ++code) all.insert(utf8(code));
    for (char32_t code = 0x2060; code <= 0x206F; ++code) all.insert(utf8(code));
    for (char32_t code = 0xFFF9; code <= 0xFFFB; ++code) all.insert(utf8(code));
    for (char32_t code = 0xE0000; code <= 0xE0FFF; ++code) all.insert(utf8(code));
    return all;
  }();
  return kUnseen;
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

std::vector<std::string> hostile_names() {
  std::vector<std::string> names = {
      // lengths
      "", "a", std::string(255, 'b'), std::string(256, 'b'), std::string(1023, 'c'),
      std::string(1024, 'c'), std::string(1025, 'c'), std::string(65'536, 'd'),
      std::string(1U << 20, 'e'), std::string(1022, 'f') + "é", std::string(1023, 'f') + "é",
      // controls
      "\0"s, "a\0b"s, "a\0"s, "line\nbreak", "\n", "\r", "tab\there", "\x1b[31mred\x1b[0m",
      "\x1b]0;title\x07", "\x7F", "\u0080", "\u0085", "\u009B31m", "\u009F", "\x1F", "bell\a",
      "back\bspace",
      // what reorders, breaks lines or can't be seen
      "right\u202Etfel", "\u202Agnp.exe", "\u2066x\u2069", "\u200Fx", "\u061Cx", "zero\u200Bwidth",
      "zero\u200Cwidth", "zero\u200Dwidth", "\u2060x", "\uFEFFbom", "bom\uFEFF", "line\u2028break",
      "par\u2029break", "soft\u00ADhyphen", "tag\U000E0041", " ", "  two", "trailing ", "\u00A0",
      "\u3000",
      // spellings of one name
      "caf\u00E9", "cafe\u0301", "\u212B", "\u00C5", "A\u030A", "Cat", "cat", "CAT", "c\u0430t",
      "\uFB01", "fi", "\u1E9E", "\u00DF", "ss", "\u0130", "i\u0307",
      // emoji and the edges of Unicode
      "\U0001F408", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F1E9\U0001F1EA", "\uFFFD",
      "\uFFFE", "\uFFFF", "\U0010FFFF", "\U00010000", "\uD7FF", "\uE000",
      // bytes that are not UTF-8
      "\x80", "\xBF", "\xC0\x80", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xE2\x82", "\xE0\x80\xAF",
      "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x90",
      "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFC\x84\x80\x80\x80\x80",
      "\xFE", "\xFF", "ok\xFF", "caf\xE9", "\xEF\xBB",
      // paths
      "../../etc/passwd", "/etc/passwd", "a/b", "a/../../b", ".", "..", "/", "//", "~",
      "C:\\Windows", "CON", "NUL", "%2e%2e%2f", "%00", "file:///etc/passwd", "store",
      "index.snapshot", ".simdb", "a.png",
      // words of a command line and a shell
      "-", "--", "-rf", "--help", "--class", "--db=/tmp/x", "@file", "*", "?", "$(touch pwned)",
      "`touch pwned`", "$HOME", "; rm -rf x", "| cat", "!!", "&", "\\", "\\n", "\\x1b", "'", "\"",
      "a\"b'c`d", "%s%n", "{}", "{0}", "\\u0000",
      // markup and scripts
      "<script>alert(1)</script>", "</script><img src=x onerror=document.title='pwned'>",
      "<img src=x onerror=document.title='pwned'>", "\"><b>", "' onmouseover='x", "<!--", "-->",
      "]]>", "&lt;", "&#60;", "javascript:alert(1)", "__proto__", "constructor", "null", "true",
      "0", "-1", "1e999", "NaN", "${7*7}", "{{7*7}}", "=1+1", "label\tsource"};
  // Names that begin with one another, and names that hold what a key has behind a name.
  for (const std::string stem :
       {"p", "pp", "ppp", "p\x01", "p\u0001\u0001", "p ", "p\u0080", "p\uFFFF"})
    names.push_back(stem);
  names.push_back("p\0\0\0\0\0\0\0\0\x01"s);
  names.push_back("p\0\0\0\0\0\0\0\0\x01p"s);
  names.push_back(std::string(8, '\x01'));
  names.push_back("q" + std::string(8, '!'));
  names.push_back("q" + std::string(16, '!'));
  std::set<std::string> seen;
  std::erase_if(names, [&](const std::string& name) { return !seen.insert(name).second; });
  return names;
}

std::string random_name(std::mt19937_64& random) {
  std::string name;
  for (std::uint64_t left = 1 + random() % 60; left > 0; --left) {
    char32_t code = 0;
    switch (random() % 6) {
      case 0:
        code = 0x20 + random() % 0x5F;
        break;
      case 1:
        code = 0xA0 + random() % 0x760;
        break;
      case 2:
        code = 0x2000 + random() % 0x70;
        break;
      case 3:
        code = 0x800 + random() % (0xD800 - 0x800);
        break;
      case 4:
        code = 0xE000 + random() % 0x2000;
        break;
      default:
        code = 0x10000 + random() % 0x100000;
    }
    name += utf8(code);
  }
  return name;
}

std::string random_bytes(std::mt19937_64& random) {
  std::string bytes(random() % 61, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

bool follows_the_rule(std::string_view name) {
  if (name.empty() || name.size() > 1024) return false;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t length = well_formed(name, at);
    if (length == 0 || is_control(name.substr(at, length))) return false;
    at += length;
  }
  return true;
}

std::string terminal_problem(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = well_formed(text, at);
    const std::string where = " at byte " + std::to_string(at);
    if (length == 0) return "bytes that are not UTF-8" + where;
    const std::string sequence(text.substr(at, length));
    if (sequence != "\n" && is_control(sequence)) return "a control character" + where;
    if (unseen().contains(sequence)) return "a mark that reorders or can't be seen" + where;
    at += length;
  }
  return "";
}

Tree read_tree(const fs::path& folder, const std::vector<fs::path>& except) {
  Tree tree;
  for (auto at = fs::recursive_directory_iterator(folder); at != fs::recursive_directory_iterator();
       ++at) {
    if (std::find(except.begin(), except.end(), at->path()) != except.end()) {
      at.disable_recursion_pending();
      continue;
    }
    const auto kind = at->symlink_status().type();
    tree[at->path().string()] = kind == fs::file_type::regular
                                    ? "file " + content(at->path())
                                    : std::to_string(static_cast<int>(kind));
  }
  return tree;
}

std::string tree_difference(const Tree& before, const Tree& after) {
  std::string text;
  for (const auto& [path, what] : after) {
    const auto old = before.find(path);
    if (old == before.end()) text += "new: " + path + "\n";
    if (old != before.end() && old->second != what) text += "changed: " + path + "\n";
  }
  for (const auto& [path, what] : before) {
    if (!after.contains(path)) text += "gone: " + path + "\n";
  }
  return text;
}

}  // namespace simdb::test
