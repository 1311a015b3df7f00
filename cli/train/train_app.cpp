#include "cli/train/train_app.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <ostream>
#include <system_error>

#include "cli/interrupt.h"
#include "cli/train/backbone_run.h"
#include "cli/train/checkpoint_file.h"
#include "cli/train/preview.h"
#include "cli/train/train_args.h"
#include "cli/train/train_display.h"
#include "core/error.h"
#include "core/file_io.h"
#include "encoder/onnx_model.h"
#include "encoder/training/labeled_images.h"
#include "encoder/training/recipe.h"
#include "encoder/training/trainer.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;
using training::LabeledImages;
using training::TrainResult;

/// Found out before training, not after it: makes a file beside `output` and takes it away.
void require_writable(const fs::path& output, std::string_view what, std::string_view option) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(output, ignored);
  const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
  std::string probe = (folder / ".simdb-train-XXXXXX").string();
  const int file = is_folder ? -1 : ::mkstemp(probe.data());
  if (file < 0) {
    throw Error(ErrorCode::kIo,
                fmt::format("can't write {} to '{}': {}; choose another {}", what, output.string(),
                            std::strerror(is_folder ? EISDIR : errno), option));
  }
  ::close(file);
  ::unlink(probe.c_str());
}

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
    if (command_.backbone) take_up(*command_.backbone);
    LabeledImages images = load(command_.folder, command_.choose_channels && !backbone_, 2);
    std::optional<LabeledImages> validation;
    if (command_.validation && !stopped()) {
      spec_ = images.input;
      validation = load(*command_.validation, false, 1);
    }
    if (stopped()) return give_up("while the images were read");
    options_ = command_.change(training::recommend(images));
    if (command_.preview) preview(images, *command_.preview);
    if (command_.output.empty()) return exit_code();
    if (backbone_ && !compute_features(images, validation)) {
      return give_up("while the features were computed");
    }
    CheckpointFile checkpoint(command_.output);
    const TrainResult result = train(images, validation, checkpoint);
    display_.finish();
    if (result.best.epoch == 0) return give_up("before the first epoch was done");
    write_file_atomic(command_.output,
                      backbone_ ? backbone_->join(result.model) : write_onnx_model(result.model));
    summarise(images, result);
    if (!result.stopped) {
      checkpoint.remove();
    } else if (checkpoint.flush()) {
      display_.note("the same command with --resume goes on from " + checkpoint.path().string());
    }
    return exit_code();
  }

 private:
  bool stopped() const { return environment_.stop_requested && environment_.stop_requested(); }

  int exit_code() const { return skipped_ == 0 ? 0 : static_cast<int>(ErrorCode::kBadInput); }

  int give_up(std::string_view when) {
    display_.note(fmt::format("simdb train: stopped {}; no model was written", when));
    return kInterruptedExitCode;
  }

  /// Before the images are read: a model that can't be used is told at once.
  void take_up(const BackboneCommand& wanted) {
    backbone_.emplace(command_, wanted);
    if (!command_.output.empty()) {
      require_writable(backbone_->cache_file(), "the features", "--feature-cache");
    }
    spec_ = backbone_->input();
    display_.note(backbone_->describe());
  }

  bool compute_features(LabeledImages& images, std::optional<LabeledImages>& validation) {
    const bool done = backbone_->compute(images, validation ? &*validation : nullptr,
                                         options_.augment, [&](std::size_t count, std::size_t all) {
                                           display_.features(count, all);
                                           return !stopped();
                                         });
    display_.note(fmt::format("computed the features of {} images; they are kept in {}",
                              backbone_->computed(), backbone_->cache_file().string()));
    options_.backbone = backbone_->options();
    return done;
  }

  LabeledImages load(const fs::path& folder, bool choose_channels, std::size_t min_images) {
    training::LoadOptions options;
    options.input = spec_;
    options.choose_channels = choose_channels;
    options.min_images = min_images;
    options.level = command_.classes;
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

  TrainResult train(const LabeledImages& images, const std::optional<LabeledImages>& validation,
                    CheckpointFile& checkpoint) {
    training::TrainObserver observer;
    observer.on_epoch = [&](const training::EpochReport& report) {
      display_.epoch(report, options_.epochs);
    };
    observer.on_warning = [&](const std::string& text) { display_.note("warning: " + text); };
    observer.on_step = [&](std::size_t done, std::size_t total) {
      display_.step(done, total);
      return !stopped();
    };
    observer.on_checkpoint = [&](std::span<const std::byte> bytes) { checkpoint.keep(bytes); };
    const std::vector<std::byte> resume =
        command_.resume ? checkpoint.read() : std::vector<std::byte>();
    return training::train(images, validation ? &*validation : nullptr, options_, observer, resume);
  }

  void summarise(const LabeledImages& images, const TrainResult& result) const {
    if (command_.json) {
      environment_.out
          << to_json(images, result).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
          << '\n';
      return;
    }
    const std::string measured =
        result.validation_images == 0
            ? std::string("the training images themselves")
            : fmt::format("{} {} images", result.validation_images,
                          result.new_classes > 0 ? "new classes'" : "validation");
    environment_.out << fmt::format(
        "{} on {} images of {} classes ({}) in {:.1f} s\n"
        "recall@1 {:.1f} % on {} (best of {} epochs: {})\n"
        "{}"
        "wrote {}: {} floats an image, input {} x {} {}\n"
        "next: simdb init --encoder {}\n",
        result.stopped ? "stopped early: trained" : "trained", result.training_images,
        images.classes.size(), skipped_ == 0 ? "none skipped" : fmt::format("{} skipped", skipped_),
        result.seconds, result.best.recall_at_1 * 100, measured, result.history.back().epoch,
        result.best.epoch, expectation(result), command_.output.string(),
        options_.network.dimension, images.input.width, images.input.height,
        images.input.channels == 3 ? "RGB" : "grey", command_.output.string());
  }

  static std::string expectation(const TrainResult& result) {
    if (result.new_class_ways == 0) return "";
    return fmt::format(
        "expect {:.1f} % when {} new classes are told apart by one image each ({} classes were set "
        "aside)\n",
        result.new_class_accuracy * 100, result.new_class_ways, result.new_classes);
  }

  nlohmann::json to_json(const LabeledImages& images, const TrainResult& result) const {
    return {{"model", command_.output.string()},
            {"classes", images.classes.size()},
            {"training_images", result.training_images},
            {"validation_images", result.validation_images},
            {"skipped", skipped_},
            {"dimension", options_.network.dimension},
            {"epochs", result.history.back().epoch},
            {"best_epoch", result.best.epoch},
            {"recall_at_1", result.best.recall_at_1},
            {"map_at_r", result.best.map_at_r},
            {"loss", result.best.loss},
            {"stopped", result.stopped},
            {"new_classes", result.new_classes},
            {"new_class_ways", result.new_class_ways},
            {"new_class_accuracy", result.new_class_accuracy},
            {"seconds", result.seconds}};
  }

  const TrainCommand& command_;
  const TrainEnvironment& environment_;
  TrainDisplay display_;
  std::optional<BackboneRun> backbone_;
  InputSpec spec_ = command_.input;
  training::TrainOptions options_;
  std::size_t skipped_ = 0;
};

int report(const TrainEnvironment& environment, ErrorCode code, std::string_view message) {
  environment.err << "simdb train: " << message << '\n';
  return static_cast<int>(code);
}

}  // namespace

int run_train_program(std::span<const std::string_view> args, const TrainEnvironment& environment) {
  try {
    const TrainCommand command = parse_train_args(args);
    if (command.help) {
      environment.out << train_help();
      return 0;
    }
    return TrainApp(command, environment).run();
  } catch (const Error& error) {
    return report(environment, error.code(), error.what());
  } catch (const std::exception& error) {
    return report(environment, ErrorCode::kInternal, error.what());
  }
}

}  // namespace simdb::cli
