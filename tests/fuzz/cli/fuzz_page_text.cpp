// Names inside the HTML report.
#include <nlohmann/json.hpp>

#include "cli/report/page_text.h"
#include "core/class_name.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace simdb;
  const std::string text = fuzz::text_of(fuzz::bytes_of(data, size));
  std::string html = cli::escape_html(text);
  fuzz::require(html.find_first_of("<>\"") == std::string::npos, "text makes no tag");
  replace_all(html, "&lt;", "<");
  replace_all(html, "&gt;", ">");
  replace_all(html, "&quot;", "\"");
  replace_all(html, "&amp;", "&");
  fuzz::require(html == text, "a browser shows the text as it was");

  if (!is_utf8(text)) return 0;
  const std::string script = cli::json_in_script(nlohmann::json(text).dump());
  fuzz::require(script.find('<') == std::string::npos, "a script does not end early");
  fuzz::require(nlohmann::json::parse(script) == text, "a script reads the text as it was");
  return 0;
}
