// Names and numbers on a terminal and in JSON. Input: a time, then text.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/render.h"
#include "core/class_name.h"
#include "pipeline/formats/item_json.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Nothing that moves a cursor or turns the direction of what follows.
void require_harmless(const std::string& shown) {
  fuzz::require(is_utf8(shown), "what is shown is UTF-8");
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto byte = static_cast<unsigned char>(shown[i]);
    fuzz::require(byte >= 0x20 && byte != 0x7F, "no C0 control and no DEL");
    const bool c1 = byte == 0xC2 && static_cast<unsigned char>(shown[i + 1]) < 0xA0;
    fuzz::require(!c1, "no C1 control");
  }
  for (const char* mark : {"\u200E", "\u200F", "\u202A", "\u202B", "\u202C", "\u202D", "\u202E",
                           "\u2066", "\u2067", "\u2068", "\u2069"}) {
    fuzz::require(!holds(shown, mark), "no mark that turns the direction");
  }
}

void check_text(const std::string& text) {
  const std::string shown = printable(text);
  require_harmless(shown);
  fuzz::require(shown.size() <= 4 * text.size(), "a byte becomes at most 4");
  fuzz::require(printable(shown) == shown, "what is safe stays as it is");
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (plain) fuzz::require(shown == text, "plain text stays as it is");
}

void check_json(const std::string& text, std::int64_t time) {
  ItemRecord record;
  record.id = ItemId{static_cast<std::uint64_t>(time)};
  record.added_ms = time;
  record.info.class_name = text;
  record.info.source = text;
  std::string line;
  append_json_line(line, record);
  fuzz::require(is_utf8(line), "JSON is UTF-8");
  fuzz::require(std::ranges::count(line, '\n') == 1 && line.ends_with('\n'), "JSON is one line");
  for (const char c : line.substr(0, line.size() - 1)) {
    fuzz::require(static_cast<unsigned char>(c) >= 0x20, "JSON escapes controls");
  }
  const auto read = nlohmann::json::parse(line);
  fuzz::require(!is_utf8(text) || read.at("class") == text, "text comes back from JSON");
  fuzz::require(read.at("id") == to_number(record.id), "an id comes back from JSON");
  const std::string source = read.contains("source_bytes")
                                 ? source_from_hex(read["source_bytes"].get<std::string>())
                                 : read.at("source").get<std::string>();
  fuzz::require(source == text, "a source comes back byte by byte");
}

void check_source_bytes(const std::string& hex) {
  const auto source = fuzz::parsed({ErrorCode::kBadInput}, [&] { return source_from_hex(hex); });
  if (source) fuzz::require(2 * source->size() == hex.size(), "a byte is two digits");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Fields fields(fuzz::bytes_of(data, size));
  const std::uint64_t number = fields.number(8);
  const std::string text = fuzz::text_of(fields.rest());
  check_text(text);
  check_json(text, static_cast<std::int64_t>(number));
  check_source_bytes(text);
  require_harmless(iso_time(static_cast<std::int64_t>(number)));
  require_harmless(cli::byte_size(number));
  require_harmless(cli::count_of(number, "item", "items"));
  require_harmless(cli::percent(static_cast<double>(number) / 1e19));
  return 0;
}
