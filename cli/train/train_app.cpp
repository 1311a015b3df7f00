#include "cli/train/train_app.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <system_error>
#include <thread>

#include "cli/interrupt.h"
#include "cli/train/available_memory.h"
#include "cli/train/backbone_run.h"
#include "cli/train/checkpoint_file.h"
#include "cli/train/command_line.h"
#include "cli/train/preview.h"
#include "cli/train/train_args.h"
#include "cli/train/train_display.h"
#include "cli/train/train_log.h"
#include "cli/train/train_report.h"
#include "cli/train/train_summary.h"
#include "cli/train/trained_files.h"
#include "cli/train/writable.h"
#include "core/file_io.h"
#include "core/parallel.h"
#include "encoder/model/onnx_model.h"
#include "encoder/training/labeled_images.h"
#include "encoder/training/memory_estimate.h"
#include "encoder/training/photographs.h"
#include "encoder/training/recipe.h"
#include "encoder/training/trainer.h"
#include "simdb/class_folders.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;
using training::LabeledImages;
using training::TrainResult;

std::string now() { return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr))); }

/// One run of the program.
class TrainApp {
 public:
  TrainApp(const TrainCommand& command, const TrainEnvironment& environment)
      : command_(command),
        environment_(environment),
        display_(environment.err, environment.err_is_terminal) {}

  int run() {
    if (!command_.output.empty()) require_writable(command_.output, "the model", "-o");
    if (command_.preview) require_writable(*command_.preview, "the preview", "--preview");
    if (command_.log) require_writable(*command_.log, "the log", "--log");
    if (command_.report) require_writable(*command_.report, "the report", "--report");
    choose_start();
    if (command_.backbone) take_up(*command_.backbone);
    LabeledImages images = load_training();
    std::optional<LabeledImages> validation;
    if (command_.validation && !stopped()) {
      training::LoadOptions alike;
      alike.input = images.input;
      alike.choose_channels = false;
      alike.min_images = 1;
      validation = load(*command_.validation, alike);
    }
    if (stopped()) return give_up("while the images were read");
    training::TrainOptions recommended = training::recommend(images);
    if (backbone_) recommended = backbone_->suited(recommended);
    options_ = command_.change(recommended);
    if (command_.preview) preview(images, *command_.preview);
    options_.augment =
        resolve_augment(options_.augment, images.input.channels, images.classes.size(),
                        images.size(), training::looks_like_photographs(images));
    if (command_.output.empty()) return exit_code();
    if (backbone_ && !compute_features(*backbone_, images, validation)) {
      return give_up("while the features were computed");
    }
    CheckpointFile checkpoint(command_.output);
    const TrainRun run{command_.folder, command_.output, images, options_, skipped_};
    TrainResult result = train(run, validation, checkpoint);
    display_.finish();
    if (result.best.epoch == 0) return give_up("before the first epoch was done");
    note_trained_files(result.model, command_.folder, command_.classes);
    write_file_atomic(command_.output,
                      backbone_ ? backbone_->join(result.model) : write_onnx_model(result.model));
    log([&](TrainLog& file) { file.end(run, result); });
    write_report(run, result);
    if (const std::string warning = verdict(run, result); !warning.empty()) {
      display_.note(warning);
    }
    summarise(run, result);
    if (!result.stopped) {
      checkpoint.remove();
    } else if (checkpoint.flush()) {
      display_.note(fmt::format("kept where training stands in {}; go on with: {} --resume",
                                checkpoint.path().string(), command_.text));
    }
    return exit_code();
  }

 private:
  bool stopped() const { return environment_.stop_requested && environment_.stop_requested(); }

  int exit_code() const { return skipped_ == 0 ? 0 : static_cast<int>(ErrorCode::kBadInput); }

  int give_up(std::string_view when) {
    log([&](TrainLog& file) { file.error(fmt::format("stopped {}", when)); });
    display_.note(fmt::format("simdb train: stopped {}; no model was written", when));
    return kInterruptedExitCode;
  }

  /// Photographs start from `photo` unless the user says otherwise.
  void choose_start() {
    if (!command_.choose_start || command_.backbone || command_.output.empty()) return;
    std::error_code error;  // of a folder is told by who reads it
    if (!fs::is_directory(command_.folder, error)) return;
    const auto files = images_beneath(command_.folder, [](const auto&...) {});
    if (!training::are_photographs(files, command_.image_limits)) return;
    const bool has_photo = fs::exists(environment_.photo, error);
    if (!command_.new_network.empty()) {
      display_.note(
          fmt::format("these are photographs, but {} is about a new network: training "
                      "starts from scratch; leave it out to start from photo",
                      command_.new_network));
    } else if (!has_photo) {
      display_.note(fmt::format(
          "these are photographs, for which photo is the best start, but it is not there{}: "
          "training starts from scratch; scripts/setup.sh makes it where PyPI can be reached",
          environment_.photo.empty() ? "" : " (" + environment_.photo.string() + ")"));
    } else {
      display_.note("these are photographs: training starts from photo; --from scratch does not");
      command_.backbone.emplace().files = {environment_.photo};
    }
  }

  /// Before the images are read: a model that can't be used is told at once.
  void take_up(const BackboneCommand& wanted) {
    backbone_.emplace(command_, wanted, [&](const std::string& line) { display_.note(line); });
    if (!command_.output.empty()) {
      require_writable(backbone_->cache_file(), "the features", "--feature-cache");
    }
    spec_ = backbone_->input();
  }

  bool compute_features(BackboneRun& backbone, LabeledImages& images,
                        std::optional<LabeledImages>& validation) {
    const bool done = backbone.compute(images, validation ? &*validation : nullptr,
                                       options_.augment, [&](std::size_t count, std::size_t all) {
                                         display_.features(count, all);
                                         return !stopped();
                                       });
    display_.note(fmt::format("computed the features of {} images; they are kept in {}",
                              backbone.computed(), backbone.cache_file().string()));
    options_.backbone = backbone.options(options_.network.dimension);
    return done;
  }

  LabeledImages load_training() {
    training::LoadOptions options;
    options.input = spec_;
    options.choose_side = command_.choose_size && !backbone_;
    options.choose_resize = command_.choose_resize && !backbone_;
    options.choose_channels = command_.choose_channels && !backbone_;
    return load(command_.folder, options);
  }

  LabeledImages load(const fs::path& folder, training::LoadOptions options) {
    display_.note(fmt::format("reading the images in {}", folder.string()));
    options.max_bytes = available_memory().value_or(0);
    options.level = command_.classes;
    options.limits = command_.image_limits;
    return training::load_labeled_images(
        folder, options,
        [&](const fs::path& path, const std::string& reason) {
          ++skipped_;
          display_.note(fmt::format("skipped {}: {}", path.string(), reason));
        },
        [&](std::size_t done, std::size_t total) {
          display_.reading(done, total);
          return !stopped();
        });
  }

  void preview(const LabeledImages& images, const fs::path& page) {
    write_file_atomic(page, render_preview(images, options_, command_.folder.string()));
    display_.finish();
    display_.note(fmt::format("wrote {}: open it in a browser", page.string()));
  }

  TrainResult train(const TrainRun& run, const std::optional<LabeledImages>& validation,
                    CheckpointFile& checkpoint) {
    const std::vector<std::byte> resume =
        command_.resume ? checkpoint.read() : std::vector<std::byte>();
    if (command_.log) log_.emplace(*command_.log, command_.resume);
    log([&](TrainLog& file) { file.start(run, threads(), command_.resume); });
    double share = 0;
    training::TrainObserver observer;
    observer.on_plan = [&](const training::TrainPlan& plan) { tell(run, plan); };
    observer.rivals = rivals(run.images.input);
    observer.wants_view = command_.report.has_value();
    observer.on_epoch = [&](const training::EpochReport& report) {
      display_.epoch(report, options_.epochs);
      log([&](TrainLog& file) { file.epoch(report, share); });
    };
    observer.on_warning = [&](const std::string& text) {
      display_.note("warning: " + text);
      log([&](TrainLog& file) { file.warning(text); });
    };
    observer.on_step = [&](std::size_t done, std::size_t total) {
      display_.step(done, total);
      share = training::learning_rate_share(options_.schedule, options_.warmup,
                                            static_cast<int>(done) - 1, static_cast<int>(total));
      return !stopped();
    };
    observer.on_checkpoint = [&](std::span<const std::byte> bytes) { checkpoint.keep(bytes); };
    if (command_.time_limit > 0) options_.time_limit = time_left();
    try {
      return training::train(run.images, validation ? &*validation : nullptr, options_, observer,
                             resume);
    } catch (const Error& error) {
      log([&](TrainLog& file) { file.error(error.what()); });
      throw;
    }
  }

  /// `photo` as it is. A head that starts as it is compared with its start anyway.
  std::vector<training::Rival> rivals(const InputSpec& input) const {
    std::error_code ignored;
    if (backbone_ || !fs::exists(environment_.photo, ignored)) return {};
    const std::string name = fmt::format("photo at {} pixels", input.width);
    return {{name, std::make_shared<OnnxEncoder>(read_model_file(environment_.photo),
                                                 environment_.photo.string())}};
  }

  /// What is said before the first step. The epochs that a time limit allows are from here on those
  /// of the options, as the summary and the log tell of them.
  void tell(const TrainRun& run, const training::TrainPlan& plan) {
    options_.epochs = plan.epochs;
    if (options_.time_limit > 0) options_.steps_an_epoch = plan.steps_an_epoch;
    if (plan.new_classes) display_.judged_by_new_classes();
    display_.note(describe_plan(plan, options_));
    tell_memory(run);
    log([&](TrainLog& file) { file.plan(plan); });
  }

  void tell_memory(const TrainRun& run) {
    const std::uint64_t wanted = training::expected_memory(run.images, options_);
    // What the images take is taken already.
    const auto room = available_memory();
    const std::uint64_t taken = run.images.pixels.size();
    display_.note(fmt::format("it takes about {} of memory", format_memory(wanted)));
    if (room && wanted > *room + taken) {
      display_.note(
          fmt::format("warning: {} of memory are free; if training is killed, choose a "
                      "smaller --size or --batch, or fewer images",
                      format_memory(*room)));
    }
  }

  /// What is left of the time limit for training; reading counts too.
  double time_left() const {
    const std::chrono::duration<double> spent = Clock::now() - start_;
    return std::max(1.0, command_.time_limit - spent.count());
  }

  int threads() const {
    if (options_.threads > 0) return options_.threads;
    return static_cast<int>(core_count());
  }

  /// Training goes on without a log that can't be written any more.
  void log(const std::function<void(TrainLog&)>& write) {
    if (!log_) return;
    try {
      write(*log_);
    } catch (const Error& error) {
      log_.reset();
      display_.note(fmt::format("warning: {}; the log ends here", error.what()));
    }
  }

  void write_report(const TrainRun& run, const TrainResult& result) {
    if (!command_.report) return;
    write_file_atomic(*command_.report, render_train_report(run, result, now()));
    display_.note(fmt::format("wrote {}: open it in a browser", command_.report->string()));
  }

  void summarise(const TrainRun& run, const TrainResult& result) const {
    if (!command_.json) {
      environment_.out << summary_text(run, result);
      return;
    }
    environment_.out
        << summary_json(run, result).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
        << '\n';
  }

  using Clock = std::chrono::steady_clock;

  const Clock::time_point start_ = Clock::now();
  TrainCommand command_;
  const TrainEnvironment& environment_;
  TrainDisplay display_;
  std::optional<BackboneRun> backbone_;
  InputSpec spec_ = command_.input;
  training::TrainOptions options_;
  std::size_t skipped_ = 0;
  std::optional<TrainLog> log_;
};

}  // namespace

int run_train_program(std::span<const std::string_view> args, const TrainEnvironment& environment) {
  return run_program("simdb train", environment, [&] {
    const TrainCommand command = parse_train_args(args);
    if (command.help) {
      environment.out << train_help();
      return 0;
    }
    return TrainApp(command, environment).run();
  });
}

}  // namespace simdb::cli
