#include "cli/train/decoder_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/embedded_files.h"
#include "cli/mosaic.h"
#include "cli/report/data_uri.h"
#include "cli/report/fill_marks.h"
#include "cli/report/page_text.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "simdb/image_decoder.h"

namespace simdb::cli {
namespace {

using training::DecoderReport;

constexpr std::size_t kShown = 16;      // images that are made again
constexpr std::size_t kGrid = 8;        // images that exchange features
constexpr std::size_t kTraversals = 8;  // floats of the latent
constexpr std::size_t kStops = 9;       // places of each
constexpr double kFarthest = 2;

std::string fact(std::string_view name, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd><bdi>{}</bdi></dd></div>", name, escape_html(value));
}

std::string tile(std::string_view name, const std::string& value, bool is_main = false) {
  return fmt::format("<div class=\"{}\"><b>{}</b><span>{}</span></div>",
                     is_main ? "tile main" : "tile", value, name);
}

std::string picture(const std::vector<Image>& images, std::size_t columns,
                    const std::string& words) {
  const Image page = mosaic(images, columns, std::min(2, zoom_of(images.front())));
  return fmt::format("<img class=\"grid-picture\" alt=\"{}\" src=\"{}\">", escape_html(words),
                     image_data_uri(encode_png(page)));
}

/// A line over the steps.
std::string curve(std::string_view name, const std::vector<DecoderReport>& history,
                  double DecoderReport::* value) {
  constexpr double kWidth = 560;
  constexpr double kHeight = 240;
  constexpr double kLeft = 60;
  constexpr double kEdge = 24;
  double low = history.front().*value;
  double high = low;
  for (const DecoderReport& report : history) {
    low = std::min(low, report.*value);
    high = std::max(high, report.*value);
  }
  if (high <= low) high = low + 1;
  const double last = std::max(1, history.back().step);
  const auto y_of = [&](double at) {
    return kHeight - kEdge - (at - low) / (high - low) * (kHeight - 2 * kEdge);
  };
  std::string points;
  for (const DecoderReport& report : history) {
    points += fmt::format("{:.1f},{:.1f} ", kLeft + report.step / last * (kWidth - kLeft - kEdge),
                          y_of(report.*value));
  }
  std::string axis;
  for (const double at : {low, (low + high) / 2, high}) {
    axis += fmt::format(
        "<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"></line>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:.3g}</text>",
        kLeft, kWidth - kEdge, y_of(at), kLeft - 6, y_of(at) + 4, at);
  }
  return fmt::format(
      "<figure><figcaption>{0}</figcaption><div class=\"curve\"><svg viewBox=\"0 0 {1} {2}\" "
      "role=\"img\" aria-label=\"{0} over the steps\">{3}<polyline points=\"{4}\"></polyline>"
      "<text x=\"{5}\" y=\"{6}\" text-anchor=\"end\">{7} steps</text></svg></div></figure>\n",
      name, kWidth, kHeight, axis, points, kWidth - kEdge, kHeight - 4, history.back().step);
}

/// The pictures of a page, made by the decoder that was written.
class Pictures {
 public:
  explicit Pictures(const DecoderRun& run) : decoder_(run.file) {
    const auto& aside = run.result.validation_rows;
    std::vector<std::size_t> rows(aside.begin(), aside.end());
    if (rows.empty()) {
      rows.resize(run.images.size());
      std::iota(rows.begin(), rows.end(), 0U);
    }
    const std::size_t count = std::min(kShown, rows.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = rows[i * rows.size() / count];
      const auto pixels = run.images.image(row);
      images_.push_back({run.images.input.width,
                         run.images.input.height,
                         run.images.input.channels,
                         {pixels.begin(), pixels.end()}});
    }
    codes_ = decoder_.encode(images_);
  }

  std::string again() const {
    std::vector<Image> all = images_;
    const std::vector<Image> made = decoder_.decode(codes_);
    all.insert(all.end(), made.begin(), made.end());
    return picture(all, images_.size(), "images above, made again below");
  }

  /// A section per encoder.
  std::string swaps() const {
    std::string html;
    const std::size_t side = std::min(kGrid, images_.size());
    for (const CodePart& part : decoder_.parts()) {
      std::vector<float> codes;
      for (std::size_t y = 0; y < side; ++y) {
        for (std::size_t x = 0; x < side; ++x) {
          std::vector<float> mixed = code(y);
          const std::vector<float> lent = code(x);
          std::copy_n(lent.begin() + static_cast<std::ptrdiff_t>(part.first), part.size,
                      mixed.begin() + static_cast<std::ptrdiff_t>(part.first));
          codes.insert(codes.end(), mixed.begin(), mixed.end());
        }
      }
      const std::vector<Image> made = decoder_.decode(codes);
      Image white = images_.front();
      std::ranges::fill(white.pixels, std::uint8_t{255});
      std::vector<Image> grid = {white};
      grid.insert(grid.end(), images_.begin(), images_.begin() + static_cast<std::ptrdiff_t>(side));
      for (std::size_t y = 0; y < side; ++y) {
        grid.push_back(images_[y]);
        const auto row = made.begin() + static_cast<std::ptrdiff_t>(y * side);
        grid.insert(grid.end(), row, row + static_cast<std::ptrdiff_t>(side));
      }
      const std::string name = escape_html(part.name);
      html += fmt::format(
          "  <section><h2>Features of <bdi>{}</bdi> exchanged</h2>\n    <p class=\"lead\">Each row "
          "keeps the image on its left but for these features, which it takes from the image on "
          "top.</p>\n    {}</section>\n",
          name, picture(grid, side + 1, "grid of exchanged features"));
    }
    return html;
  }

  std::string traversals() const {
    std::vector<std::size_t> floats(decoder_.latent());
    std::iota(floats.begin(), floats.end(), 0U);
    std::ranges::sort(floats, std::greater{}, [&](std::size_t i) { return variance(i); });
    floats.resize(std::min(kTraversals, floats.size()));
    std::vector<float> codes;
    for (const std::size_t moved : floats) {
      for (std::size_t stop = 0; stop < kStops; ++stop) {
        std::vector<float> at = code(0);
        at[moved] = static_cast<float>(-kFarthest + 2 * kFarthest * static_cast<double>(stop) /
                                                        static_cast<double>(kStops - 1));
        codes.insert(codes.end(), at.begin(), at.end());
      }
    }
    return picture(decoder_.decode(codes), kStops, "a row per float of the latent");
  }

 private:
  std::vector<float> code(std::size_t image) const {
    const auto first = codes_.begin() + static_cast<std::ptrdiff_t>(image * decoder_.code_size());
    return {first, first + static_cast<std::ptrdiff_t>(decoder_.code_size())};
  }

  /// Of a float over the images shown.
  double variance(std::size_t i) const {
    double sum = 0;
    double squares = 0;
    for (std::size_t image = 0; image < images_.size(); ++image) {
      const double value = codes_[image * decoder_.code_size() + i];
      sum += value;
      squares += value * value;
    }
    const auto count = static_cast<double>(images_.size());
    return squares / count - sum / count * (sum / count);
  }

  ImageDecoder decoder_;
  std::vector<Image> images_;
  std::vector<float> codes_;
};

std::string options_html(const DecoderRun& run) {
  std::string html;
  for (const auto& [name, value] : training::describe(run.command.options)) {
    html +=
        fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", name, escape_html(value));
  }
  return html;
}

}  // namespace

std::string render_decoder_report(const DecoderRun& run) {
  const auto& history = run.result.history;
  if (history.empty()) {
    throw Error(ErrorCode::kUsage, "can't render a report of a training without a step");
  }
  const DecoderReport& last = history.back();
  const std::size_t aside = run.result.validation_rows.size();
  const Pictures pictures(run);
  const std::string title = escape_html(run.command.folder.string());
  std::string encoders;
  for (const auto& encoder : run.result.model.encoders) {
    encoders += (encoders.empty() ? "" : ", ") + encoder.name;
  }
  const std::string facts =
      fact("Date", run.date) + fact("Decoder", run.command.output.string()) +
      fact("Encoders", encoders) +
      fact("Images", fmt::format("{} × {}", run.images.input.width, run.images.input.height)) +
      fact("Trained", fmt::format("{:.0f} s", run.result.seconds));
  const std::string tiles =
      tile("PSNR of images made again, dB", fmt::format("{:.1f}", last.psnr), true) +
      tile("PSNR of the mean image of a class, dB",
           fmt::format("{:.1f}", run.result.mean_image_psnr)) +
      tile("features off by", fmt::format("{:.3f}", last.consistency)) +
      tile("nats in the latent", fmt::format("{:.0f}", last.divergence)) +
      tile("steps", std::to_string(last.step)) +
      tile("training images", std::to_string(run.images.size() - aside));
  const std::string judged =
      aside == 0 ? std::string("none were set aside, so these are the training images")
                 : fmt::format("{} images that training did not see", aside);
  const std::string curves = curve("PSNR, dB", history, &DecoderReport::psnr) +
                             curve("features off by", history, &DecoderReport::consistency) +
                             curve("divergence, nats", history, &DecoderReport::divergence);
  const std::string again = pictures.again();
  const std::string swaps = pictures.swaps();
  const std::string latent = pictures.traversals();
  const std::string options = options_html(run);
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"<!--simdb:title-->", title},    {"/*simdb:css*/", kReportCss},
      {"<!--simdb:title-->", title},    {"<!--simdb:facts-->", facts},
      {"<!--simdb:tiles-->", tiles},    {"<!--simdb:judged-->", judged},
      {"<!--simdb:curves-->", curves},  {"<!--simdb:again-->", again},
      {"<!--simdb:swaps-->", swaps},    {"<!--simdb:latent-->", latent},
      {"<!--simdb:options-->", options}};
  return fill_marks(kDecoderReportHtml, parts);
}

}  // namespace simdb::cli
