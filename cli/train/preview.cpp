#include "cli/train/preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/embedded_files.h"
#include "cli/report/data_uri.h"
#include "cli/report/fill_marks.h"
#include "cli/report/page_text.h"
#include "encoder/training/photographs.h"
#include "encoder/training/preview.h"
#include "simdb/image_codec.h"

namespace simdb::cli {
namespace {

using training::AugmentOptions;
using training::LabeledImages;
using training::PreviewRow;

/// Enlarged by a whole number, so that every pixel is a square.
std::string picture(const Image& image, std::string_view kind, std::string_view name) {
  constexpr int kSide = 84;
  const int times = std::max(1, kSide / std::max(image.width, image.height));
  return fmt::format("<img class=\"{}\" width=\"{}\" height=\"{}\" alt=\"{}, {}\" src=\"{}\">",
                     kind, image.width * times, image.height * times, escape_html(name), kind,
                     image_data_uri(encode_png(image)));
}

std::string rows_of(const LabeledImages& images, const std::vector<PreviewRow>& rows) {
  const bool has_groups = rows.back().group > 0;
  std::string html;
  int group = -1;
  for (const PreviewRow& row : rows) {
    if (has_groups && row.group != group) {
      html += fmt::format("<h3>Group {}</h3>\n", row.group + 1);
    }
    group = row.group;
    const std::string& name = images.classes[row.label];
    html += fmt::format(
        "<div class=\"row\"><p><bdi>{}</bdi><span class=\"quiet\">{}</span></p>"
        "<div class=\"pictures\">{}",
        escape_html(name), row.variant, picture(row.original, "original", name));
    for (const Image& copy : row.copies) html += picture(copy, "changed", name);
    html += "</div></div>\n";
  }
  return html;
}

std::string class_making_text(const AugmentOptions& augment, training::Unit unit) {
  const bool turns = augment.symmetry || augment.mirror;
  if (!augment.colors && !turns) return "No change makes classes: every image stays what it is.";
  if (unit == training::Unit::kGroup) {
    return "Class-making changes act on all images of a group at once. Only images of one group "
           "are compared, so different classes stay different.";
  }
  return fmt::format(
      "Class-making changes act on all images of a class at once: what is {} then counts as "
      "another class than what is not.",
      turns && augment.colors ? "turned or recoloured"
      : turns                 ? "turned"
                              : "recoloured");
}

std::string changes_of(const AugmentOptions& augment, training::ClassMaking making) {
  std::string html;
  for (const auto& note : describe(augment, making)) {
    html += fmt::format("<tr{}><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
                        note.on ? "" : " class=\"off\"", note.name, note.on ? "on" : "off",
                        escape_html(note.what));
  }
  return html;
}

std::string fact(std::string_view name, std::string_view value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, escape_html(value));
}

}  // namespace

std::string render_preview(const LabeledImages& images, const training::TrainOptions& options,
                           const std::string& title) {
  const std::size_t classes = images.classes.size();
  const bool photographs = training::looks_like_photographs(images);
  const AugmentOptions augment =
      resolve_augment(options.augment, images.input.channels, classes, images.size(), photographs);
  const std::string safe_title = escape_html(title);
  const std::string facts =
      fact("images", std::to_string(images.size())) + fact("classes", std::to_string(classes)) +
      fact("input", fmt::format("{} × {}, {}", images.input.width, images.input.height,
                                images.input.channels == 1 ? "grey" : "colour")) +
      fact("--augment", options.augment.automatic
                            ? fmt::format("auto, which chose {}",
                                          training::choose_preset(images.input.channels, classes,
                                                                  images.size(), photographs))
                            : to_string(augment)) +
      fact("--augment-strength", fmt::format("{:g}", augment.strength)) +
      fact("--seed", std::to_string(options.seed));
  const training::ClassMaking making = training::class_making(classes);
  const std::string rows = rows_of(images, preview_rows(images, augment, options.seed));
  const std::string unit = class_making_text(augment, making.unit);
  const std::string changes = changes_of(augment, making);
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"/*simdb:css*/", kReportCss}, {"<!--simdb:title-->", safe_title},
      {"<!--simdb:facts-->", facts}, {"<!--simdb:unit-->", unit},
      {"<!--simdb:rows-->", rows},   {"<!--simdb:changes-->", changes}};
  return fill_marks(kPreviewHtml, parts);
}

}  // namespace simdb::cli
