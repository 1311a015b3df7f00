#include "cli/train/train_log.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "simdb/error.h"

namespace simdb::cli {

TrainLog::TrainLog(const std::filesystem::path& path, bool append)
    : path_(path), file_(path, append ? std::ios::app : std::ios::trunc) {
  if (!file_) {
    throw Error(ErrorCode::kIo, fmt::format("can't write the log to '{}': {}; choose another --log",
                                            path.string(), std::strerror(errno)));
  }
}

void TrainLog::start(const TrainRun& run, int threads, bool resumed) {
  const InputSpec& input = run.images.input;
  write({{"event", "start"},
         {"data", run.folder.string()},
         {"model", run.model.string()},
         {"images", run.images.size()},
         {"classes", run.images.classes.size()},
         {"skipped", run.skipped},
         {"input",
          {{"width", input.width},
           {"height", input.height},
           {"channels", input.channels},
           {"resize", to_string(input.resize)}}},
         {"threads", threads},
         {"resumed", resumed},
         {"options", training::describe(run.options)}});
}

void TrainLog::plan(const training::TrainPlan& plan) {
  nlohmann::json baselines = nlohmann::json::object();
  for (const auto& score : plan.baselines) {
    baselines[score.name] = {{"recall_at_1", score.recall_at_1},
                             {"new_class_accuracy", score.new_class_accuracy}};
  }
  write({{"event", "plan"},
         {"epochs", plan.epochs},
         {"epoch_steps", plan.steps_an_epoch},
         {"seconds", plan.seconds},
         {"training_images", plan.training_images},
         {"training_classes", plan.training_classes},
         {"validation_images", plan.validation_images},
         {"validation_classes", plan.validation_classes},
         {"new_classes", plan.new_classes},
         {"baselines", std::move(baselines)}});
}

void TrainLog::epoch(const training::EpochReport& report, double learning_rate_share) {
  write({{"event", "epoch"},
         {"epoch", report.epoch},
         {"loss", report.loss},
         {"recall_at_1", report.recall_at_1},
         {"map_at_r", report.map_at_r},
         {"measure", report.measure},
         {"steady", report.steady},
         {"spread", report.spread},
         {"learning_rate_share", learning_rate_share},
         {"seconds", report.seconds},
         {"best", report.best},
         {"stops_at", report.stops_at}});
}

void TrainLog::warning(const std::string& text) { write({{"event", "warning"}, {"text", text}}); }

void TrainLog::end(const TrainRun& run, const training::TrainResult& result) {
  nlohmann::json line = summary_json(run, result);
  line["event"] = "end";
  write(line);
}

void TrainLog::error(const std::string& text) { write({{"event", "error"}, {"text", text}}); }

void TrainLog::write(const nlohmann::json& line) {
  // A folder's name may hold bytes that are not UTF-8.
  file_ << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n'
        << std::flush;
  if (!file_) {
    throw Error(ErrorCode::kIo, fmt::format("can't write the log to '{}': {}", path_.string(),
                                            std::strerror(errno)));
  }
}

}  // namespace simdb::cli
