#include "cli/train/train_summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/train/duration.h"

namespace simdb::cli {
namespace {

using training::TrainResult;

std::string expectation(const TrainResult& result) {
  if (result.new_class_ways == 0) return "";
  return fmt::format(
      "expect {:.1f} % when {} new classes are told apart by one image each ({} classes were set "
      "aside)\n",
      result.new_class_accuracy * 100, result.new_class_ways, result.new_classes);
}

}  // namespace

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
  return fmt::format("training on {} images of {} classes, {}; {}, changes: {}",
                     plan.training_images, plan.training_classes, judged, length,
                     to_string(options.augment));
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
      "wrote {}: {} floats an image, input {} x {} {}\n"
      "next: simdb init --encoder {}\n",
      result.stopped ? "stopped early: trained" : "trained", result.training_images,
      result.training_classes,
      run.skipped == 0 ? "none skipped" : fmt::format("{} skipped", run.skipped), result.seconds,
      result.best.recall_at_1 * 100, measured,
      result.kept_start
          ? fmt::format("none of {} epochs is better than the start, which was kept",
                        result.history.back().epoch)
          : fmt::format("best of {} epochs: {}", result.history.back().epoch, result.best.epoch),
      expectation(result), run.model.string(), run.options.network.dimension, input.width,
      input.height, input.channels == 3 ? "RGB" : "grey", run.model.string());
}

nlohmann::json summary_json(const TrainRun& run, const TrainResult& result) {
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
          {"new_class_accuracy", result.new_class_accuracy},
          {"seconds", result.seconds}};
}

}  // namespace simdb::cli
