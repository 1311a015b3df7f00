#include <fmt/format.h>

#include <string>
#include <vector>

#include "pipeline/change_lines.h"
#include "pipeline/formats/export_lines.h"
#include "server/api_internal.h"
#include "server/parameters.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::uint64_t kMostItems = 1000;  // of a page
constexpr std::uint64_t kPageItems = 100;
// Of an answer: more is told by the next one.
constexpr std::size_t kEnoughBytes = 4UL << 20;
constexpr std::size_t kMostEvents = 100'000;  // of one change

Response lines_response(std::string lines) {
  return {.content_type = "application/x-ndjson", .body = std::move(lines)};
}

}  // namespace

// A page of what `simdb export` writes: its head, and items behind `after`. No page is the last one
// until one has no item, so an answer that is cut off is not taken for the end.
void handle_export(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const ItemSelection selection{
      .filter = filter_of(parameters),
      .after = ItemId{parameters.whole("after", 0, UINT64_MAX).value_or(0)},
      .limit = parameters.whole("limit", 1, kMostItems).value_or(kPageItems)};
  std::string body;
  write_export_lines(call.service->database().gallery(), selection, [&](std::string_view lines) {
    body += lines;
    return true;
  });
  call.reply(lines_response(std::move(body)));
}

// Whole changes, in the lines of `simdb watch`; the last one says up to which all was told.
void handle_changes(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const Gallery& gallery = call.service->database().gallery();
  const auto since = parameters.whole("since", 0, UINT64_MAX);
  std::string body;
  ChangeLines changes(gallery, filter_of(parameters), since.value_or(gallery.changes()));
  changes.tell(
      [&](std::string_view lines, bool is_end) {
        body += lines;
        return !is_end || body.size() < kEnoughBytes;
      },
      kMostEvents);
  if (body.empty()) body = changes.end_line();
  call.reply(lines_response(std::move(body)));
}

}  // namespace simdb::server
