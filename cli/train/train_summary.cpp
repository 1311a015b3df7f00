#include "cli/train/train_summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "cli/train/duration.h"
#include "encoder/training/photographs.h"

namespace simdb::cli {
namespace {

using training::TrainResult;

std::string expectation(const TrainResult& result) {
  if (result.new_class_ways == 0) return "";
  const std::string how = result.new_classes > 0
                              ? fmt::format("{:.1f} % on the {} classes set aside",
                                            result.new_class_measured * 100, result.new_classes)
                              : std::string("measured before the classes were learned");
  return fmt::format(
      "expect {:.1f} % ± {:.1f} when {} new classes are told apart, each known by {} image{} "
      "(nearest class mean; {})\n",
      result.new_class_accuracy * 100, result.new_class_interval * 100, result.new_class_ways,
      result.new_class_shots, result.new_class_shots == 1 ? "" : "s", how);
}

double score_of(const training::BaselineScore& score, bool new_classes) {
  return new_classes ? score.new_class_accuracy : score.recall_at_1;
}

std::string list(const std::vector<training::BaselineScore>& scores, bool new_classes) {
  std::string text;
  for (const auto& score : scores) {
    text += fmt::format("{}{} {:.1f} %", text.empty() ? "" : ", ", score.name,
                        score_of(score, new_classes) * 100);
  }
  return text;
}

std::string line(const std::string& text) { return text.empty() ? "" : fmt::format("{}\n", text); }

}  // namespace

Comparison compare(const TrainResult& result) {
  Comparison comparison;
  comparison.new_classes = result.new_classes > 0 && result.new_class_ways > 0;
  comparison.measure = comparison.new_classes ? "new classes" : "recall@1";
  comparison.own = comparison.new_classes ? result.new_class_measured : result.best.recall_at_1;
  for (const auto& score : result.baselines) {
    const double other = score_of(score, comparison.new_classes);
    if (!comparison.best.empty() && other <= comparison.other) continue;
    comparison.best = score.name;
    comparison.other = other;
  }
  return comparison;
}

std::string verdict(const TrainRun& run, const TrainResult& result) {
  const Comparison comparison = compare(result);
  const bool is_beaten = !comparison.best.empty() && comparison.own <= comparison.other;
  if (!is_beaten || comparison.own >= 1) return "";  // nothing can beat a perfect score
  std::string remedy = "more images of each class help most";
  if (comparison.best.starts_with("photo")) {
    remedy = "use it as it is (simdb init alone), or go on from it: --from photo";
  } else if (!run.options.backbone && training::looks_like_photographs(run.images)) {
    remedy = "photographs need a network that has seen many: --from photo, or simdb init alone";
  }
  return fmt::format(
      "warning: this encoder is no better than {} ({:.1f} % against {:.1f} % by {}), which needs "
      "no training; {}",
      comparison.best, comparison.own * 100, comparison.other * 100, comparison.measure, remedy);
}

std::string caution(const training::TrainPlan& plan) {
  constexpr std::size_t kFewImages = 50;
  constexpr std::size_t kFewClasses = 10;
  const std::size_t images = plan.validation_images;
  if (images == 0) {
    return "few images: none are set aside, and the scores are those of images that training sees";
  }
  if (plan.new_classes && plan.validation_classes < kFewClasses) {
    return fmt::format(
        "a small validation: {} classes say little about others; the choice of the "
        "weights and the scores depend on chance",
        plan.validation_classes);
  }
  if (images < kFewImages) {
    return fmt::format("a small validation: one image of the {} is {:.1f} % of the score", images,
                       100.0 / static_cast<double>(images));
  }
  return "";
}

std::string describe_plan(const training::TrainPlan& plan, const training::TrainOptions& options) {
  const std::string judged = plan.validation_images == 0 ? std::string("judged on the same images")
                             : plan.new_classes
                                 ? fmt::format("judged on {} images of {} other classes",
                                               plan.validation_images, plan.validation_classes)
                                 : fmt::format("judged on {} other images", plan.validation_images);
  const std::string length =
      plan.seconds > 0
          ? fmt::format("{} epochs of {} steps fit into the time limit and take {}", plan.epochs,
                        plan.steps_an_epoch, format_duration(plan.seconds))
          : fmt::format("{} epochs of {} steps at most", plan.epochs, plan.steps_an_epoch);
  return fmt::format(
      "training on {} images of {} classes, {}; {}, changes: {}\n{}to beat on {}: {}",
      plan.training_images, plan.training_classes, judged, length, to_string(options.augment),
      line(caution(plan)), plan.new_classes ? "new classes" : "nearest images",
      list(plan.baselines, plan.new_classes));
}

std::string summary_text(const TrainRun& run, const TrainResult& result) {
  const std::string measured =
      result.validation_images == 0
          ? std::string("the training images themselves")
          : fmt::format("{} {} images", result.validation_images,
                        result.new_classes > 0 ? "new classes'" : "validation");
  const InputSpec& input = run.images.input;
  return fmt::format(
      "{} on {} images of {} classes ({}) in {:.1f} s\n"
      "recall@1 {:.1f} % on {} ({})\n"
      "{}"
      "{}"
      "wrote {}: {} floats per image, input {} x {} {}{}{}\n"
      "next: simdb init --encoder {}\n",
      result.stopped ? "stopped early: trained" : "trained", result.training_images,
      result.training_classes,
      run.skipped == 0 ? "none skipped" : fmt::format("{} skipped", run.skipped), result.seconds,
      result.best.recall_at_1 * 100, measured,
      result.kept_start
          ? fmt::format("none of {} epochs is better than the start, which was kept",
                        result.history.back().epoch)
          : fmt::format("kept of {} epochs: {}", result.history.back().epoch, result.best.epoch),
      expectation(result),
      result.baselines.empty() ? ""
                               : fmt::format("without training: {}\n",
                                             list(result.baselines, compare(result).new_classes)),
      run.model.string(), run.options.network.dimension, input.width, input.height,
      input.channels == 3 ? "RGB" : "grey",
      input.resize == ResizeRule::kTrim ? ", margins trimmed" : "",
      result.model.input.views > 1 ? fmt::format(", the mean of {} views", result.model.input.views)
                                   : "",
      run.model.string());
}

nlohmann::json summary_json(const TrainRun& run, const TrainResult& result) {
  nlohmann::json baselines = nlohmann::json::object();
  for (const auto& score : result.baselines) {
    baselines[score.name] = {{"recall_at_1", score.recall_at_1},
                             {"new_class_accuracy", score.new_class_accuracy},
                             {"all_class_accuracy", score.all_class_accuracy}};
  }
  const Comparison comparison = compare(result);
  return {{"model", run.model.string()},
          {"classes", run.images.classes.size()},
          {"training_classes", result.training_classes},
          {"training_images", result.training_images},
          {"validation_images", result.validation_images},
          {"skipped", run.skipped},
          {"dimension", run.options.network.dimension},
          {"epochs", result.history.back().epoch},
          {"epochs_at_most", run.options.epochs},
          {"best_epoch", result.kept_start ? 0 : result.best.epoch},
          {"recall_at_1", result.best.recall_at_1},
          {"map_at_r", result.best.map_at_r},
          {"loss", result.best.loss},
          {"stopped", result.stopped},
          {"new_classes", result.new_classes},
          {"new_class_ways", result.new_class_ways},
          {"new_class_shots", result.new_class_shots},
          {"new_class_accuracy", result.new_class_accuracy},
          {"new_class_measured", result.new_class_measured},
          {"new_class_interval", result.new_class_interval},
          {"baselines", std::move(baselines)},
          {"best_baseline", comparison.best},
          {"beats_baselines", comparison.own > comparison.other},
          {"seconds", result.seconds}};
}

}  // namespace simdb::cli
