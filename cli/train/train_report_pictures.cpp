#include "cli/train/train_report_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/report/data_uri.h"
#include "cli/report/page_text.h"
#include "simdb/image_codec.h"

namespace simdb::cli {
namespace {

using training::ValidationView;

/// With a true minus sign.
std::string signed_number(float value) {
  return fmt::format("{}{:.2f}", value < -0.005F ? "−" : "", std::abs(value));
}

std::string figure(const ValidationView& view, const InputSpec& input, std::size_t row,
                   const std::string& kind, const std::string& role) {
  const std::string name = escape_html(view.classes[static_cast<std::size_t>(view.labels[row])]);
  const bool is_small = std::max(input.width, input.height) <= 48;
  return fmt::format(
      "<figure class=\"{}\"><div class=\"thumbnail\"><img{} alt=\"\" src=\"{}\"></div>"
      "<figcaption><bdi title=\"{}\">{}</bdi>{}</figcaption></figure>",
      kind, is_small ? " class=\"small\"" : "", image_data_uri(thumbnail_of(view, input, row)),
      name, name, role);
}

std::string likeness(std::string_view name, float similarity) {
  return fmt::format("<span>{} <b>{}</b></span>", name, signed_number(similarity));
}

}  // namespace

std::vector<std::byte> thumbnail_of(const ValidationView& view, const InputSpec& input,
                                    std::size_t row) {
  Image image;
  image.width = input.width;
  image.height = input.height;
  image.channels = input.channels;
  const auto pixels = std::span(view.pixels).subspan(row * input.values(), input.values());
  image.pixels.assign(pixels.begin(), pixels.end());
  const int side = std::max(image.width, image.height);
  if (side > kThumbnailSide) {
    InputSpec small = input;
    small.width = std::max(1, image.width * kThumbnailSide / side);
    small.height = std::max(1, image.height * kThumbnailSide / side);
    image = fit_to_input(image, small);
  }
  return encode_png(image);
}

std::string triplets_html(const ValidationView& view, const InputSpec& input,
                          std::span<const HardTriplet> triplets) {
  std::string html;
  for (const HardTriplet& triplet : triplets) {
    html += fmt::format("<li>{}{}{}</li>\n",
                        figure(view, input, triplet.anchor, "anchor", "<span>anchor</span>"),
                        figure(view, input, triplet.positive, "positive",
                               likeness("its class", triplet.positive_similarity)),
                        figure(view, input, triplet.negative,
                               triplet.violation() > 0 ? "negative wrong" : "negative",
                               likeness("another", triplet.negative_similarity)));
  }
  return html;
}

std::string class_pairs_html(const ValidationView& view, const InputSpec& input,
                             std::span<const ConfusableClasses> pairs) {
  std::string html;
  for (const ConfusableClasses& pair : pairs) {
    html += fmt::format(
        "<li>{}{}<p>likeness <b>{}</b><span>{}</span></p></li>\n",
        figure(view, input, pair.first_row, "first", ""),
        figure(view, input, pair.second_row, "second", ""), signed_number(pair.similarity),
        pair.confused == 0
            ? fmt::format("none of {} images confused", pair.rows)
            : fmt::format("<em>{} of {}</em> images confused", pair.confused, pair.rows));
  }
  return html;
}

}  // namespace simdb::cli
