#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "simdb/embedding.h"

namespace simdb::cli {

/// One classified image of a report.
struct ReportImage {
  std::size_t truth = 0;      ///< index into EvalReport::classes
  std::size_t predicted = 0;  ///< index into EvalReport::classes
  double confidence = 0;      ///< of the prediction, in [0, 1]
  std::string source;         ///< where the image came from, for people to read
  std::vector<std::byte>
      thumbnail;  ///< a small PNG, JPEG, WebP, GIF, TIFF or BMP file; may be empty
};

/// What `simdb eval` found, as the page shows it. Texts may hold anything: they come from folder
/// names.
struct EvalReport {
  explicit EvalReport(std::size_t dimension) : embeddings(dimension) {}

  std::string title;
  std::string date;      ///< of the evaluation, for people to read
  std::string database;  ///< its path
  std::string encoder;   ///< its fingerprint
  std::size_t k = 0;     ///< neighbours that voted
  double accuracy = 0;
  double balanced_accuracy = 0;
  double recall_at_1 = 0;
  double map_at_r = 0;
  double calibration_error = 0;
  std::vector<std::array<double, 3>> reliability = {};  ///< images, confidence, accuracy per bin
  double risk_area = 0;                                 ///< AURC
  std::vector<std::array<double, 2>> risk = {};         ///< coverage and error, by coverage
  std::size_t unusable = 0;  ///< images that could not be read or encoded
  std::vector<std::string> classes;
  /// {truth, predicted}: how often, where it occurs.
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> confusion;
  std::vector<ReportImage> images;
  EmbeddingBatch embeddings;  ///< row i belongs to images[i]
  /// A PNG file of images[i] as the encoder sees it, which may be empty; asked for those among the
  /// errors and similarities.
  std::function<std::vector<std::byte>(std::size_t i)> kept = {};
};

/// How much a page shows; more images are sampled evenly over the classes, and the page says so.
struct ReportLimits {
  std::size_t points = 5000;                ///< in the two scatter plots
  std::size_t similarities = 60;            ///< images on each side of the similarity matrix
  std::size_t errors = 600;                 ///< listed, the most confident ones first
  std::size_t thumbnail_bytes = 16u << 20;  ///< of all thumbnails, before base64
};

/// One HTML page that needs nothing else: no network, no library, and a content security policy
/// that forbids both. Bytes that are not UTF-8 become U+FFFD. Throws Error(kUsage) if the report
/// contradicts itself. Pure and thread-safe.
std::string render_report(const EvalReport& report, const ReportLimits& limits = {});

}  // namespace simdb::cli
