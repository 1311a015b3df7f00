#include "server/analysis_replies.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::uint64_t kMostEntries = 1000;  // of a page

std::string tag_of(std::uint64_t change, const std::string& what) {
  const Sha256 digest = sha256(std::as_bytes(std::span(what)));
  return fmt::format("\"{}-{}\"", change, to_hex(std::span(digest).first(8)));
}

void put_tag(Response& response, std::string tag) {
  response.fields.emplace_back("ETag", std::move(tag));
  response.fields.emplace_back("Cache-Control", "private, no-cache");
}

Response not_modified(std::string tag) {
  Response response{.status = 304};
  put_tag(response, std::move(tag));
  return response;
}

// Where the client has it already, it is not made again.
bool has(const Call& call, const std::string& tag) {
  return call.request->head.field("if-none-match") == tag;
}

void reply_made(const Call& call, const Analysis& analysis, const std::string& what,
                const Render& render) {
  std::string tag = tag_of(analysis.change, what);
  if (has(call, tag)) return call.reply(not_modified(std::move(tag)));
  Response response = render(analysis);
  put_tag(response, std::move(tag));
  call.reply(std::move(response));
}

Response render_page(const Analysis& analysis, std::string_view list, const Page& page) {
  Response response;
  std::string& json = response.body;
  json = fmt::format("{{\"change\":{},\"{}\":[", analysis.change, list);
  const std::size_t all = analysis.entries.size();
  const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(page.after, all));
  const auto end =
      begin + static_cast<std::size_t>(std::min<std::uint64_t>(page.limit, all - begin));
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) json += ',';
    json += analysis.entries[i];
  }
  json += "]," + analysis.text;
  if (end < all) json += fmt::format(",\"next\":{}", end);
  json += "}\n";
  return response;
}

}  // namespace

void reply_analysis(const Call& call, const std::string& name, const std::string& view,
                    Analyses::Work work, Render render) {
  const std::string what = name + '\n' + view;
  std::string now = tag_of(call.service->database().gallery().changes(), what);
  if (has(call, now)) return call.reply(not_modified(std::move(now)));
  const bool is_taken = call.service->analyses().ask(
      name, std::move(work),
      [call, what, render = std::move(render)](const std::shared_ptr<const Analysis>& made,
                                               const std::exception_ptr& failure) {
        if (!made) return call.fail(failure);
        call.guard([&] { reply_made(call, *made, what, render); });
      });
  if (!is_taken) throw Error(ErrorCode::kBusy, "too many analyses wait; try again");
}

Page page_of(const Parameters& parameters) {
  Page page;
  page.after = parameters.whole("after", 0, UINT64_MAX).value_or(page.after);
  page.limit = parameters.whole("limit", 1, kMostEntries).value_or(page.limit);
  return page;
}

void reply_page(const Call& call, const std::string& name, std::string_view list, const Page& page,
                Analyses::Work work) {
  const std::string view = fmt::format("{} {}", page.after, page.limit);
  const Render render = [list = std::string(list), page](const Analysis& analysis) {
    return render_page(analysis, list, page);
  };
  if (page.after > 0) {
    if (const auto begun = call.service->analyses().last(name)) {
      return reply_made(call, *begun, name + '\n' + view, render);
    }
  }
  reply_analysis(call, name, view, std::move(work), render);
}

}  // namespace simdb::server
