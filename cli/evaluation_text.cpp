#include "cli/evaluation_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/render.h"

namespace simdb::cli {
namespace {

// More classes than this make a table that no terminal shows; the report does.
constexpr std::size_t kTableClasses = 12;
constexpr std::size_t kTableErrors = 10;

void print_confusion(std::ostream& out, const Evaluation& result) {
  std::size_t width = 6;
  for (const std::string& name : result.classes) width = std::max(width, printable(name).size());
  out << fmt::format("\n{:<{}}  predicted\n{:<{}}", "", width, "true", width);
  for (const std::string& name : result.classes)
    out << fmt::format("  {:>{}}", printable(name), width);
  out << '\n';
  for (std::size_t row = 0; row < result.classes.size(); ++row) {
    out << fmt::format("{:<{}}", printable(result.classes[row]), width);
    for (std::size_t column = 0; column < result.classes.size(); ++column) {
      const auto found = result.confusion.find({row, column});
      out << fmt::format("  {:>{}}", found == result.confusion.end() ? 0 : found->second, width);
    }
    out << '\n';
  }
}

void print_errors(std::ostream& out, const Evaluation& result) {
  std::size_t errors = 0;
  for (const EvaluatedImage& image : result.images) {
    if (image.truth == image.predicted || ++errors > kTableErrors) continue;
    out << fmt::format("  {} is {}, taken for {} ({})\n", printable(image.path.string()),
                       printable(result.classes[image.truth]),
                       printable(result.classes[image.predicted]), percent(image.confidence));
  }
  if (errors > kTableErrors) out << fmt::format("  and {} more\n", errors - kTableErrors);
}

}  // namespace

void print_evaluation(std::ostream& out, const Evaluation& result) {
  const auto line = [&](std::string_view name, const std::string& value,
                        std::string_view remark = "") {
    out << fmt::format("{:<20}{}{}{}\n", name, value, remark.empty() ? "" : "   ", remark);
  };
  out << fmt::format("{} of {} classes\n", count_of(result.images.size(), "image", "images"),
                     result.classes.size());
  line("accuracy", percent(result.accuracy));
  line("balanced accuracy", percent(result.balanced_accuracy), "(mean over the classes)");
  line("recall@1", percent(result.recall_at_1));
  line("recall@5", percent(result.recall_at_5));
  line("MAP@R", percent(result.map_at_r));
  line("calibration error", percent(result.calibration_error), "(confidence against accuracy)");
  line("AURC", percent(result.risk.area), "(mean error of the surest, over all shares answered)");
  if (result.episodes) {
    const auto& [options, score, parents, from_database] = *result.episodes;
    line(fmt::format("{}-way {}-shot", options.ways, options.shots),
         fmt::format("{} ± {}", percent(score.accuracy), percent(score.interval95)),
         fmt::format("(95 % interval, {}{}{})", count_of(options.episodes, "episode", "episodes"),
                     from_database ? " with items of the database" : "",
                     parents == 0 ? ""
                                  : fmt::format(", within {} of {}", score.pools,
                                                count_of(parents, "parent", "parents"))));
  }
  if (result.auroc) line("AUROC", fmt::format("{:.4f}", *result.auroc), "(against foreign images)");
  if (result.classes.size() <= kTableClasses) print_confusion(out, result);
  if (result.accuracy < 1) {
    out << '\n';
    print_errors(out, result);
  }
}

}  // namespace simdb::cli
