#include "cli/train/train_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/embedded_files.h"
#include "cli/report/data_uri.h"
#include "cli/report/fill_marks.h"
#include "cli/report/page_text.h"
#include "cli/report/sampling.h"
#include "cli/train/train_report_pictures.h"
#include "encoder/model/pca.h"
#include "encoder/training/recipe.h"
#include "measures/hard_examples.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

using training::TrainResult;
using training::ValidationView;
using Json = nlohmann::ordered_json;

constexpr std::size_t kPlotted = 3;

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string fact(std::string_view name, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd><bdi>{}</bdi></dd></div>", name, escape_html(value));
}

std::string facts_html(const TrainRun& run, const TrainResult& result, const std::string& date) {
  const InputSpec& input = run.images.input;
  return fact("Date", date) + fact("Model", run.model.string()) +
         fact("Input", fmt::format("{} × {}, {}", input.width, input.height,
                                   input.channels == 1 ? "grey" : "colour")) +
         fact("Dimensions", std::to_string(run.options.network.dimension)) +
         fact("Trained", fmt::format("{:.0f} s", result.seconds));
}

std::string tiles_html(const TrainRun& run, const TrainResult& result) {
  std::vector<std::pair<std::string, std::string>> tiles;
  if (result.new_class_ways > 0) {
    tiles.emplace_back(fmt::format("± {} expected for {} new classes by {} image{} each",
                                   percent(result.new_class_interval), result.new_class_ways,
                                   result.new_class_shots, result.new_class_shots == 1 ? "" : "s"),
                       percent(result.new_class_accuracy));
  }
  if (const Comparison comparison = compare(result); !comparison.best.empty()) {
    tiles.emplace_back(
        fmt::format("{} by {}, without training", comparison.measure, comparison.best),
        percent(comparison.other));
  }
  tiles.emplace_back("recall@1", percent(result.best.recall_at_1));
  tiles.emplace_back("MAP@R", percent(result.best.map_at_r));
  tiles.emplace_back(fmt::format("kept of {} epochs", result.history.back().epoch),
                     std::to_string(result.best.epoch));
  tiles.emplace_back("training images", std::to_string(result.training_images));
  tiles.emplace_back("validation images", std::to_string(result.validation_images));
  tiles.emplace_back("classes", std::to_string(run.images.classes.size()));
  std::string html;
  for (const auto& [name, value] : tiles) {
    html += fmt::format("<div class=\"{}\"><b>{}</b><span>{}</span></div>",
                        html.empty() ? "tile main" : "tile", value, name);
  }
  return html;
}

std::string remarks(const TrainRun& run, const TrainResult& result) {
  std::string text =
      result.validation_images == 0
          ? std::string("No images were set aside: recall was measured on the training images.")
      : result.new_classes > 0
          ? fmt::format("Recall was measured on {} classes that training did not see.",
                        result.new_classes)
          : std::string("Recall was measured on images that training did not see.");
  if (run.skipped > 0) text += fmt::format(" {} images could not be read.", run.skipped);
  if (result.stopped) text += " Training was stopped early.";
  if (std::string warning = verdict(run, result); !warning.empty()) {
    text += " " + escape_html(warning);
  }
  return text;
}

/// Table rows of the options that are not the defaults.
std::string options_html(const TrainRun& run) {
  const auto defaults = training::describe(training::TrainOptions());
  const auto recommended = training::describe(training::recommend(run.images));
  std::string html;
  for (const auto& [name, value] : training::describe(run.options)) {
    if (value == defaults.at(name)) continue;
    html += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                        name, escape_html(value), escape_html(defaults.at(name)),
                        value == recommended.at(name) ? "the data" : "you");
  }
  return html.empty() ? "<tr><td colspan=\"4\">All options are the defaults.</td></tr>" : html;
}

/// What the page's script draws.
class PageData {
 public:
  PageData(const ValidationView& view, const InputSpec& input,
           std::span<const RowNeighbors> neighbors)
      : view_(view), input_(input), neighbors_(neighbors) {
    for (const int label : std::set<int>(view.labels.begin(), view.labels.end())) {
      class_of_.emplace(label, classes_.size());
      classes_.push_back(view.classes[static_cast<std::size_t>(label)]);
    }
  }

  Json to_json(const TrainResult& result, const TrainReportLimits& limits) const {
    Json history = Json::array();
    for (const training::EpochReport& report : result.history) {
      history.push_back({{"epoch", report.epoch},
                         {"loss", report.loss},
                         {"recall", rounded(report.recall_at_1)},
                         {"map", rounded(report.map_at_r)},
                         {"spread", rounded(report.spread)}});
    }
    const PrincipalComponents before = principal_components(view_.before, kPlotted);
    const PrincipalComponents after = principal_components(view_.after, kPlotted);
    Json images = images_json(before, after, limits);
    Json points = Json::array();
    for (std::size_t i = 0; i < images.size(); ++i) points.push_back(i);
    return {{"classes", classes_},
            {"history", std::move(history)},
            {"best", result.best.epoch},
            {"count", view_.labels.size()},
            {"explained", {sum(before.explained), sum(after.explained)}},
            {"points", std::move(points)},
            {"images", std::move(images)}};
  }

 private:
  static double sum(const std::vector<float>& shares) {
    double sum = 0;
    for (const float share : shares) sum += share;
    return rounded(std::min(sum, 1.0));
  }

  static Json coordinates(const PrincipalComponents& seen, std::size_t row) {
    Json list = Json::array();
    for (std::size_t i = 0; i < kPlotted; ++i) {
      list.push_back(rounded(seen.projections[row * seen.components + i]));
    }
    return list;
  }

  /// As cli/report/base.js reads them: the class, the nearest image's class, the place in both
  /// plots and a picture.
  Json images_json(const PrincipalComponents& before, const PrincipalComponents& after,
                   const TrainReportLimits& limits) const {
    std::vector<std::size_t> labels;
    labels.reserve(view_.labels.size());
    for (const int label : view_.labels) labels.push_back(class_of_.at(label));
    std::size_t left = limits.thumbnail_bytes;
    Json images = Json::array();
    for (const std::size_t row : proportional_sample(labels, limits.points)) {
      const std::size_t nearest = neighbors_[row].nearest.row;
      Json image = {{"t", labels[row]},
                    {"p", nearest == RowNeighbors::kNone ? labels[row] : labels[nearest]},
                    {"f", coordinates(before, row)},
                    {"q", coordinates(after, row)}};
      const std::vector<std::byte> picture = thumbnail_of(view_, input_, row);
      if (picture.size() <= left) {
        left -= picture.size();
        image["u"] = image_data_uri(picture);
      }
      images.push_back(std::move(image));
    }
    return images;
  }

  const ValidationView& view_;
  const InputSpec& input_;
  std::span<const RowNeighbors> neighbors_;
  std::map<int, std::size_t> class_of_;  ///< of a label: its place in `classes_`
  std::vector<std::string> classes_;     ///< that have images in the view
};

std::string triplets_note(std::span<const HardTriplet> triplets) {
  if (triplets.empty()) return "This needs two validation images of a class, and two classes.";
  return triplets.front().violation() > 0
             ? "The worst come first."
             : "No validation image is more like another class than like its own; these come "
               "closest.";
}

}  // namespace

std::string render_train_report(const TrainRun& run, const TrainResult& result,
                                const std::string& date, const TrainReportLimits& limits) {
  if (!result.view || result.history.empty()) {
    throw Error(ErrorCode::kUsage,
                "can't render a report of a training without a view of its validation images and "
                "an epoch");
  }
  const ValidationView& view = *result.view;
  const InputSpec& input = run.images.input;
  const auto neighbors = find_neighbors(view.after, view.labels);
  const auto triplets = hardest_triplets(neighbors, limits.triplets);
  const auto pairs = confusable_classes(view.after, view.labels, neighbors, limits.class_pairs);

  const std::string title = escape_html(run.folder.string());
  const std::string facts = facts_html(run, result, date);
  const std::string tiles = tiles_html(run, result);
  const std::string remark = remarks(run, result);
  const std::string note = triplets_note(triplets);
  const std::string triplet_items = triplets_html(view, input, triplets);
  const std::string pair_items = class_pairs_html(view, input, pairs);
  const std::string options = options_html(run);
  const std::string data =
      json_in_script(PageData(view, input, neighbors)
                         .to_json(result, limits)
                         .dump(-1, ' ', false, Json::error_handler_t::replace));
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"<!--simdb:title-->", title},
      {"/*simdb:css*/", kReportCss},
      {"<!--simdb:title-->", title},
      {"<!--simdb:facts-->", facts},
      {"<!--simdb:tiles-->", tiles},
      {"<!--simdb:remarks-->", remark},
      {"<!--simdb:triplets-note-->", note},
      {"<!--simdb:triplets-->", triplet_items},
      {"<!--simdb:pairs-->", pair_items},
      {"<!--simdb:options-->", options},
      {"/*simdb:data*/", data},
      {"/*simdb:shared*/", kReportSharedJs},
      {"/*simdb:base*/", kReportBaseJs},
      {"/*simdb:scatter*/", kReportScatterJs},
      {"/*simdb:page*/", kTrainReportJs}};
  return fill_marks(kTrainReportHtml, parts);
}

}  // namespace simdb::cli
