#include "cli/report/picture_page.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "cli/embedded_files.h"
#include "cli/report/data_uri.h"
#include "cli/report/fill_marks.h"
#include "cli/report/page_text.h"
#include "core/printable.h"

namespace simdb::cli {
namespace {

std::string safe(std::string_view text) { return escape_html(printable(text)); }

std::string box_of(const std::vector<std::byte>& file) {
  const std::string uri = image_data_uri(file);
  return "<div class=\"thumbnail\">" +
         (uri.empty() ? "no picture" : fmt::format("<img src=\"{}\" alt=\"\">", uri)) + "</div>";
}

void append_picture(std::string& html, const PagePicture& picture) {
  const std::string box = box_of(picture.thumbnail);
  html += "<li>";
  html +=
      picture.kept.empty() ? box : "<div class=\"both\">" + box + box_of(picture.kept) + "</div>";
  html += fmt::format(
      "<div class=\"facts\"><bdi>{}</bdi><div>{}</div><div class=\"source\" "
      "title=\"{}\"><bdi>{}</bdi></div></div></li>\n",
      safe(picture.title), safe(picture.fact), safe(picture.source),
      safe(picture.source.substr(picture.source.rfind('/') + 1)));
}

void append_group(std::string& html, const PictureGroup& group) {
  html +=
      fmt::format("<section{}><h2><bdi>{}</bdi></h2><p class=\"lead\">{}</p>\n<ul>\n",
                  group.is_urgent ? " class=\"urgent\"" : "", safe(group.title), safe(group.note));
  for (const PagePicture& picture : group.pictures) append_picture(html, picture);
  html += "</ul>\n";
  for (const std::string& command : group.commands) {
    html += fmt::format("<code>{}</code>\n", safe(command));
  }
  html += "</section>\n";
}

}  // namespace

std::string render_picture_page(const PicturePage& page) {
  std::string groups;
  for (const PictureGroup& group : page.groups) append_group(groups, group);
  if (page.more_groups > 0) {
    groups +=
        fmt::format("<p class=\"notice\">{} more are not shown here.</p>\n", page.more_groups);
  }
  const std::string kind = safe(page.kind);
  const std::string title = safe(page.title);
  const std::string lead = safe(page.lead);
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"<!--simdb:head-->", kind}, {"/*simdb:css*/", kReportCss},
      {"<!--simdb:kind-->", kind}, {"<!--simdb:title-->", title},
      {"<!--simdb:lead-->", lead}, {"<!--simdb:groups-->", groups}};
  return fill_marks(kPicturePageHtml, parts);
}

}  // namespace simdb::cli
