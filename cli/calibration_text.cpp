#include "cli/calibration_text.h"

#include <fmt/format.h>

#include <cmath>
#include <ostream>

#include "cli/render.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

std::string text_of(const EstimatedShare& share) {
  return fmt::format("{}  (95 % interval {} to {}; {} of {})", percent(share.share()),
                     percent(share.low), percent(share.high), share.count, share.of);
}

}  // namespace

double alpha_of(const ArgumentParser& parser) {
  const auto alpha = parser.get<double>("alpha");
  if (alpha > 0 && alpha < 1) return alpha;
  throw Error(ErrorCode::kUsage,
              fmt::format("--alpha is a share between 0 and 1, such as 0.05, not {}", alpha));
}

void print_calibration(std::ostream& out, const CalibratedClasses& classes,
                       const CalibrationEstimate& estimate) {
  const std::size_t all = classes.by_items + classes.by_classes + classes.by_all_items +
                          classes.by_held_out + classes.uncalibrated;
  const auto line = [&](std::string_view name, const std::string& value) {
    out << fmt::format("{:<36}{}\n", name, value);
  };
  line(fmt::format("classes, at alpha {}", estimate.alpha), std::to_string(all));
  line("  calibrated by their items", std::to_string(classes.by_items));
  line("  over the other classes", std::to_string(classes.by_classes));
  line("  by the items of all classes", std::to_string(classes.by_all_items));
  line("  by held-out images", std::to_string(classes.by_held_out));
  line("  uncalibrated", std::to_string(classes.uncalibrated));
  line("known images called unknown", "at most " + percent(estimate.alpha) + "  (promised)");
  if (estimate.held_out_rejected) {
    line("  of the held-out ones, by items", text_of(*estimate.held_out_rejected));
  }
  if (estimate.accepted.of == 0) return;
  line("foreign images not called unknown", text_of(estimate.accepted));
  line("AUROC of known and foreign", fmt::format("{:.4f}", estimate.auroc));
}

void print_decisions(std::ostream& out, const DecisionReport& report) {
  const auto line = [&](std::string_view name, const std::string& value) {
    out << fmt::format("{:<20}{}\n", name, value);
  };
  out << fmt::format("decisions at alpha {}\n", report.alpha);
  line("called unknown", text_of(report.unknown));
  line("true class possible", text_of(report.covered));
  line("possible classes", fmt::format("{:.2f} per image", report.set_size));
  if (!report.foreign_accepted) return;
  line("foreign accepted", text_of(*report.foreign_accepted));
  if (report.auroc) line("unknown AUROC", fmt::format("{:.4f}", *report.auroc));
}

}  // namespace simdb::cli
