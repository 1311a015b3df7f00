#include <span>
#include <string>
#include <string_view>

#include "server/api_internal.h"
#include "server/embedded_files.h"
#include "simdb/digest.h"

namespace simdb::server {
namespace {

// No script, style or picture but ours and those that the page makes itself (blob:, for thumbnails,
// which it fetches with the token); in no frame; no markup out of text.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'";

// Answers with a file of the page, or that the browser has it.
void reply_file(const Call& call, std::string_view type, std::string_view text,
                const std::string& tag) {
  Response response{.content_type = std::string(type)};
  response.fields = {{"ETag", tag},
                     {"Cache-Control", "no-cache"},
                     {"Content-Security-Policy", std::string(kPolicy)},
                     {"Cross-Origin-Opener-Policy", "same-origin"}};
  if (call.request->head.field("if-none-match") == tag) {
    response.status = 304;
  } else {
    response.body = text;
  }
  call.reply(std::move(response));
}

std::string tag_of(std::string_view text) {
  return '"' + to_hex(sha256(std::as_bytes(std::span(text)))).substr(0, 16) + '"';
}

}  // namespace

void handle_page(const Call& call) {
  static const std::string tag = tag_of(kPageHtml);
  reply_file(call, "text/html; charset=utf-8", kPageHtml, tag);
}

void handle_page_script(const Call& call) {
  static const std::string tag = tag_of(kPageJs);
  reply_file(call, "text/javascript; charset=utf-8", kPageJs, tag);
}

void handle_page_map_script(const Call& call) {
  static const std::string tag = tag_of(kPageMapJs);
  reply_file(call, "text/javascript; charset=utf-8", kPageMapJs, tag);
}

void handle_page_style(const Call& call) {
  static const std::string tag = tag_of(kPageCss);
  reply_file(call, "text/css; charset=utf-8", kPageCss, tag);
}

void handle_page_icon(const Call& call) {
  static const std::string tag = tag_of(kPageIcon);
  reply_file(call, "image/svg+xml", kPageIcon, tag);
}

}  // namespace simdb::server
