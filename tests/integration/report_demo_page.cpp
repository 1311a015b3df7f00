// Writes a report page for report_page_test.py and for eyes: shapes drawn on the spot, made-up
// embeddings that cluster by class, some errors, hostile names.
//   report_demo_page OUT.html CLASSES IMAGES_PER_CLASS [hostile]
// or tells which characters the terminal does not get as they are: their numbers, one per line.
//   report_demo_page escaped
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

#include "cli/render.h"
#include "cli/report/report.h"
#include "cli/sample_shapes.h"
#include "simdb/embedding.h"
#include "simdb/image_codec.h"
#include "tests/support/utf8.h"

namespace simdb::cli {
namespace {

constexpr std::size_t kDimension = 16;
constexpr Shape kShapes[] = {Shape::kCircle, Shape::kRectangle, Shape::kTriangle};

double gaussian(std::mt19937_64& random) {
  const auto next = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
  return std::sqrt(-2 * std::log(next())) * std::cos(6.283185307179586 * next());
}

std::string class_name(std::size_t index, bool hostile) {
  // Each of them would run or break something where a page forgets to escape.
  static const std::string kHostile[] = {"<script>document.title='owned'</script>",
                                         "</script><img src=x onerror=\"document.title='owned'\">",
                                         "\"'`${document.title='owned'}",
                                         "right\xE2\x80\xAEtfel",
                                         "<!--<script>",
                                         "__proto__",
                                         "https://example.com/steal.png",
                                         "not utf-8 \xFF\xFE",
                                         "<img src=x onerror=document.title='pwned'>",
                                         "zero\xE2\x80\x8Bwidth \xF3\xA0\x81\x81 \xE2\x80\xA8"};
  if (hostile && index < std::size(kHostile)) return kHostile[index];
  return index < 8 ? sample_color(index).name : fmt::format("class {:03}", index);
}

EvalReport demo(std::size_t classes, std::size_t per_class, bool hostile) {
  std::mt19937_64 random(11);
  EvalReport report(kDimension);
  report.title = hostile ? "<b>hostile</b> & \"names\"" : "Color shapes";
  report.date = "2026-01-31 12:00 UTC";
  report.database = "/home/ada/photos/.simdb";
  report.encoder = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
  report.k = 5;
  for (std::size_t c = 0; c < classes; ++c) report.classes.push_back(class_name(c, hostile));
  std::size_t right = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    std::mt19937_64 center_random(c + 1);
    std::vector<float> center(kDimension);
    for (float& value : center) value = static_cast<float>(gaussian(center_random));
    for (std::size_t i = 0; i < per_class; ++i) {
      std::vector<float> values(center);
      for (float& value : values) value += static_cast<float>(0.35 * gaussian(random));
      report.embeddings.append_normalized(values);
      const bool wrong = random() % 25 == 0 && classes > 1;
      const std::size_t predicted =
          wrong ? (c + 1 + random() % std::min<std::size_t>(classes - 1, 3)) % classes : c;
      const Image image = draw_shape(kShapes[i % 3], sample_color(c % 64), 28, c * 1'000'003 + i);
      report.images.push_back({c, predicted, wrong ? 0.4 + (random() % 50) / 100.0 : 0.98,
                               fmt::format("/data/{}/shape_{}.png", report.classes[c], i),
                               encode_png(image)});
      ++report.confusion[{c, predicted}];
      right += wrong ? 0 : 1;
    }
  }
  report.accuracy = static_cast<double>(right) / static_cast<double>(classes * per_class);
  report.balanced_accuracy = report.accuracy;
  report.recall_at_1 = report.accuracy;
  report.map_at_r = 0.9 * report.accuracy;
  for (int bin = 0; bin < 15; ++bin) {
    const double confidence = (bin + 0.5) / 15;
    report.reliability.push_back({bin < 4 ? 0.0 : bin * 3.0, confidence, confidence * confidence});
  }
  for (int point = 1; point <= 100; ++point) {
    report.risk.push_back({point / 100.0, point * point / 1e4 * (1 - report.accuracy)});
  }
  report.calibration_error = 0.06;
  report.risk_area = (1 - report.accuracy) / 3;
  report.unusable = 2;
  return report;
}

void print_escaped() {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    const std::string text = test::utf8(code);
    if (!surrogate && printable(text) != text) fmt::print("{}\n", static_cast<unsigned>(code));
  }
}

}  // namespace
}  // namespace simdb::cli

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "escaped") {
    simdb::cli::print_escaped();
    return 0;
  }
  if (argc < 4) {
    std::fputs("usage: report_demo_page OUT.html CLASSES IMAGES_PER_CLASS [hostile] | escaped\n",
               stderr);
    return 2;
  }
  std::ofstream out(argv[1], std::ios::binary);
  out << simdb::cli::render_report(
      simdb::cli::demo(std::stoul(argv[2]), std::stoul(argv[3]), argc > 4));
  out.close();
  return out ? 0 : 1;
}
