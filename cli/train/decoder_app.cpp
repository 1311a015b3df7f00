#include "cli/train/decoder_app.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <vector>

#include "cli/interrupt.h"
#include "cli/train/available_memory.h"
#include "cli/train/checkpoint_file.h"
#include "cli/train/command_line.h"
#include "cli/train/decoder_args.h"
#include "cli/train/decoder_report.h"
#include "cli/train/duration.h"
#include "cli/train/train_display.h"
#include "cli/train/writable.h"
#include "core/file_io.h"
#include "encoder/model/onnx_model_decoder.h"
#include "encoder/training/decoder_trainer.h"
#include "encoder/training/labeled_images.h"
#include "simdb/error.h"
#include "simdb/image_decoder.h"
#include "simdb/model_trial.h"
#include "simdb/onnx_encoder.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;
using training::DecoderReport;
using training::DecoderResult;
using training::LabeledImages;

std::string now() { return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr))); }

/// One run of the program.
class DecoderApp {
 public:
  DecoderApp(const DecoderCommand& command, const TrainEnvironment& environment)
      : command_(command),
        environment_(environment),
        display_(environment.err, environment.err_is_terminal) {}

  int run() {
    require_writable(command_.output, "the decoder", "-o");
    if (command_.report) require_writable(*command_.report, "the report", "--report");
    const std::vector<ConditionEncoder> encoders = load_encoders();
    const LabeledImages images = load_images(training::decoder_input(encoders));
    if (stopped()) return give_up("while the images were read");
    CheckpointFile checkpoint(command_.output);
    const DecoderResult result = train(images, encoders, checkpoint);
    display_.finish();
    if (result.history.empty()) return give_up("before the first step was done");
    const std::vector<std::byte> file = write_decoder_model(result.model);
    write_file_atomic(command_.output, file);
    if (command_.report) {
      write_file_atomic(*command_.report,
                        render_decoder_report({command_, images, result, file, now()}));
      display_.note(fmt::format("wrote {}: open it in a browser", command_.report->string()));
    }
    summarise(images, file, result);
    if (!result.stopped) {
      checkpoint.remove();
    } else if (checkpoint.flush()) {
      display_.note(fmt::format("kept where training stands in {}; go on with: {} --resume",
                                checkpoint.path().string(), command_.text));
    }
    return skipped_ == 0 ? 0 : static_cast<int>(ErrorCode::kBadInput);
  }

 private:
  bool stopped() const { return environment_.stop_requested && environment_.stop_requested(); }

  int give_up(std::string_view when) {
    display_.note(fmt::format("simdb train-decoder: stopped {}; no decoder was written", when));
    return kInterruptedExitCode;
  }

  /// Files from elsewhere: each is tried out before it is used, as by `init`.
  std::vector<ConditionEncoder> load_encoders() const {
    std::vector<ConditionEncoder> encoders;
    for (const fs::path& file : command_.encoders) {
      const std::vector<std::byte> bytes = read_model_file(file);
      judge_encoder(bytes, file.string());
      encoders.push_back(read_condition_encoder(bytes, file.string()));
      encoders.back().name = file.stem().string();
    }
    return encoders;
  }

  LabeledImages load_images(const InputSpec& input) {
    display_.note(fmt::format("reading the images in {}", command_.folder.string()));
    training::LoadOptions options;
    options.input = input;
    options.choose_channels = false;
    options.min_images = 1;
    options.min_classes = 1;
    options.max_bytes = available_memory().value_or(0);
    options.level = command_.classes;
    options.limits = command_.image_limits;
    return training::load_labeled_images(
        command_.folder, options,
        [&](const fs::path& path, const std::string& reason) {
          ++skipped_;
          display_.note(fmt::format("skipped {}: {}", path.string(), reason));
        },
        [&](std::size_t done, std::size_t total) {
          display_.reading(done, total);
          return !stopped();
        });
  }

  DecoderResult train(const LabeledImages& images, const std::vector<ConditionEncoder>& encoders,
                      CheckpointFile& checkpoint) {
    training::DecoderObserver observer;
    observer.on_step = [&](std::size_t done, std::size_t total) {
      display_.step(done, total);
      return !stopped();
    };
    observer.on_report = [&](const DecoderReport& report) {
      if (environment_.err_is_terminal) return;
      display_.note(fmt::format(
          "step {}/{}: PSNR {:.2f} dB, divergence {:.1f} nats, features off by {:.4f}; {}",
          report.step, command_.options.steps, report.psnr, report.divergence, report.consistency,
          format_duration(report.seconds)));
    };
    observer.on_checkpoint = [&](std::span<const std::byte> bytes) { checkpoint.keep(bytes); };
    const std::vector<std::byte> resume =
        command_.resume ? checkpoint.read() : std::vector<std::byte>();
    return training::train_decoder(images, encoders, command_.options, observer, resume);
  }

  void summarise(const LabeledImages& images, std::span<const std::byte> file,
                 const DecoderResult& result) const {
    const DecoderReport& last = result.history.back();
    const std::size_t judged = result.validation_rows.size();
    if (command_.json) {
      const nlohmann::ordered_json json = {{"model", command_.output.string()},
                                           {"training_images", images.size() - judged},
                                           {"validation_images", judged},
                                           {"steps", last.step},
                                           {"psnr", last.psnr},
                                           {"mean_image_psnr", result.mean_image_psnr},
                                           {"divergence", last.divergence},
                                           {"consistency", last.consistency},
                                           {"stopped", result.stopped},
                                           {"seconds", result.seconds},
                                           {"skipped", skipped_}};
      environment_.out << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                       << '\n';
      return;
    }
    std::string code = fmt::format("{} floats", command_.options.latent);
    const ImageDecoder decoder(file);
    for (const CodePart& part : decoder.parts()) {
      code += fmt::format(" + {} of {}", part.size, part.name);
    }
    environment_.out << fmt::format(
        "trained on {} images, {} steps in {}\n"
        "PSNR {:.2f} dB on {}; without a decoder the mean image of a class has {:.2f} dB\n"
        "wrote {}: images of {} x {}, from codes of {}\n"
        "next: simdb recreate IMAGE --decoder {} -o OUT.png\n",
        images.size() - judged, last.step, format_duration(result.seconds), last.psnr,
        judged == 0 ? std::string("the training images")
                    : fmt::format("{} images set aside", judged),
        result.mean_image_psnr, command_.output.string(), images.input.width, images.input.height,
        code, command_.output.string());
  }

  DecoderCommand command_;
  const TrainEnvironment& environment_;
  TrainDisplay display_;
  std::size_t skipped_ = 0;
};

}  // namespace

int run_decoder_program(std::span<const std::string_view> args,
                        const TrainEnvironment& environment) {
  return run_program("simdb train-decoder", environment, [&] {
    const DecoderCommand command = parse_decoder_args(args);
    if (command.help) {
      environment.out << decoder_help();
      return 0;
    }
    return DecoderApp(command, environment).run();
  });
}

}  // namespace simdb::cli
