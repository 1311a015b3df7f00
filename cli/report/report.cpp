#include "cli/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "cli/embedded_files.h"
#include "cli/report/data_uri.h"
#include "cli/report/fill_marks.h"
#include "cli/report/page_text.h"
#include "cli/report/sampling.h"
#include "encoder/model/pca.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kPlotted = 3;

// Four digits are finer than a pixel, and short.
double rounded(double value) { return std::round(value * 1e4) / 1e4; }

void require_consistent(const EvalReport& report) {
  const auto require = [](bool holds, std::string_view what) {
    if (!holds) throw Error(ErrorCode::kUsage, fmt::format("can't render a report: {}", what));
  };
  const std::size_t classes = report.classes.size();
  require(report.embeddings.rows() == report.images.size(), "not one embedding per image");
  for (const auto& [pair, count] : report.confusion) {
    require(pair.first < classes && pair.second < classes, "a confusion of an unknown class");
  }
  for (const ReportImage& image : report.images) {
    require(image.truth < classes && image.predicted < classes, "an image of an unknown class");
  }
}

// The images that some part of the page shows. Each is written once; the parts hold its place in
// the list.
class Shown {
 public:
  explicit Shown(const EvalReport& report)
      : report_(report), components_(principal_components(report.embeddings, kPlotted)) {}

  std::vector<std::size_t> places(const std::vector<std::size_t>& indices) {
    std::vector<std::size_t> places;
    for (const std::size_t index : indices) {
      const auto [entry, is_new] = place_of_.try_emplace(index, order_.size());
      if (is_new) order_.push_back(index);
      places.push_back(entry->second);
    }
    return places;
  }

  /// Thumbnails are spent in the order in which the parts asked for their images.
  /// The first ones have pictures of what is kept of them.
  Json to_json(std::size_t thumbnail_bytes, std::size_t with_kept) const {
    Json list = Json::array();
    for (const std::size_t index : order_) {
      const ReportImage& image = report_.images[index];
      Json entry = {{"t", image.truth},
                    {"p", image.predicted},
                    {"c", rounded(image.confidence)},
                    {"s", image.source},
                    {"f", coordinates(report_.embeddings.row(index).data())},
                    {"q", coordinates(components_.projections.data() + index * kPlotted)}};
      if (image.thumbnail.size() <= thumbnail_bytes) {
        entry["u"] = image_data_uri(image.thumbnail);
        thumbnail_bytes -= image.thumbnail.size();
      }
      if (list.size() < with_kept) entry["k"] = image_data_uri(report_.kept(index));
      list.push_back(std::move(entry));
    }
    return list;
  }

  std::size_t size() const { return order_.size(); }
  const std::vector<float>& explained() const { return components_.explained; }

 private:
  static Json coordinates(const float* values) {
    Json list = Json::array();
    for (std::size_t i = 0; i < kPlotted; ++i) list.push_back(rounded(values[i]));
    return list;
  }

  const EvalReport& report_;
  PrincipalComponents components_;
  std::vector<std::size_t> order_;
  std::map<std::size_t, std::size_t> place_of_;
};

std::vector<std::size_t> errors_of(const EvalReport& report) {
  std::vector<std::size_t> errors;
  for (std::size_t i = 0; i < report.images.size(); ++i) {
    if (report.images[i].truth != report.images[i].predicted) errors.push_back(i);
  }
  std::stable_sort(errors.begin(), errors.end(), [&](std::size_t a, std::size_t b) {
    return report.images[a].confidence > report.images[b].confidence;
  });
  return errors;
}

// Row by row; the matrix is symmetrical, so only what lies right of the diagonal is written.
Json similarities(const EvalReport& report, const std::vector<std::size_t>& indices) {
  Json values = Json::array();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    for (std::size_t j = i + 1; j < indices.size(); ++j) {
      values.push_back(rounded(
          similarity(report.embeddings.row(indices[i]), report.embeddings.row(indices[j]))));
    }
  }
  return values;
}

// [truth, predicted, count] of what occurs.
Json confusion_cells(const EvalReport& report) {
  Json cells = Json::array();
  for (const auto& [pair, count] : report.confusion) {
    cells.push_back({pair.first, pair.second, count});
  }
  return cells;
}

Json page_data(const EvalReport& report, const ReportLimits& limits) {
  std::vector<std::size_t> labels;
  labels.reserve(report.images.size());
  for (const ReportImage& image : report.images) labels.push_back(image.truth);
  const auto matrix = balanced_sample(labels, report.classes.size(), limits.similarities);
  const auto points = proportional_sample(labels, limits.points);
  std::vector<std::size_t> errors = errors_of(report);
  const std::size_t all_errors = errors.size();
  errors.resize(std::min(errors.size(), limits.errors));

  Shown shown(report);
  const auto matrix_places = shown.places(matrix);
  const auto error_places = shown.places(errors);
  const std::size_t with_kept = report.kept ? shown.size() : 0;
  Json data = {{"title", report.title},
               {"date", report.date},
               {"database", report.database},
               {"encoder", report.encoder},
               {"k", report.k},
               {"dimension", report.embeddings.dimension()},
               {"count", report.images.size()},
               {"unusable", report.unusable},
               {"errorCount", all_errors},
               {"accuracy", report.accuracy},
               {"balancedAccuracy", report.balanced_accuracy},
               {"recallAt1", report.recall_at_1},
               {"mapAtR", report.map_at_r},
               {"calibrationError", report.calibration_error},
               {"reliability", report.reliability},
               {"riskArea", report.risk_area},
               {"risk", report.risk},
               {"classes", report.classes},
               {"confusion", confusion_cells(report)},
               {"matrix", {{"images", matrix_places}, {"values", similarities(report, matrix)}}},
               {"errors", error_places},
               {"points", shown.places(points)},
               {"explained", shown.explained()}};
  data["images"] = shown.to_json(limits.thumbnail_bytes, with_kept);
  return data;
}

}  // namespace

std::string render_report(const EvalReport& report, const ReportLimits& limits) {
  require_consistent(report);
  const std::string data = json_in_script(
      page_data(report, limits).dump(-1, ' ', false, Json::error_handler_t::replace));
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"/*simdb:css*/", kReportCss},           {"/*simdb:data*/", data},
      {"/*simdb:shared*/", kReportSharedJs},   {"/*simdb:base*/", kReportBaseJs},
      {"/*simdb:scatter*/", kReportScatterJs}, {"/*simdb:matrices*/", kReportMatricesJs},
      {"/*simdb:curves*/", kReportCurvesJs},   {"/*simdb:page*/", kReportPageJs}};
  return fill_marks(kReportHtml, parts);
}

}  // namespace simdb::cli
