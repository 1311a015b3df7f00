#include "cli/train/decoder_args.h"

#include <boost/program_options.hpp>
#include <sstream>

#include "cli/image_limits.h"
#include "cli/train/command_line.h"
#include "cli/train/train_args.h"
#include "cli/train/train_option_adder.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

namespace po = boost::program_options;

/// Options whose text is translated after parsing.
struct Words {
  std::string folder;
  std::string output;
  std::vector<std::string> encoders;
  std::string report;
  std::string augment = "auto";
  double strength = 1;
  std::string classes = "auto";
  std::vector<std::string> image_limits;
};

po::options_description describe(Words& words, DecoderCommand& command) {
  constexpr unsigned kColumns = 100;
  po::options_description all("Options", kColumns, kColumns / 2);
  TrainOptionAdder add(all, decoder_train_options());
  training::DecoderOptions& options = command.options;
  add("output,o", po::value(&words.output));
  add("encoder", po::value(&words.encoders)->composing());
  add("latent", po::value(&options.latent));
  add("channels", po::value(&options.channels));
  add("steps", po::value(&options.steps));
  add("batch", po::value(&options.batch));
  add("learning-rate", po::value(&options.learning_rate));
  add("consistency", po::value(&options.consistency));
  add("augment", po::value(&words.augment));
  add("augment-strength", po::value(&words.strength));
  add("validation-share", po::value(&options.validation_share));
  add("classes", po::value(&words.classes));
  add("image-limit", po::value(&words.image_limits)->composing());
  add("report", po::value(&words.report));
  add("resume", po::bool_switch(&command.resume));
  add("seed", po::value(&options.seed));
  add("threads", po::value(&options.threads));
  add("json", po::bool_switch(&command.json));
  all.add_options()("help,h", "this text");
  return all;
}

void translate(const Words& words, DecoderCommand& command) {
  if (words.folder.empty()) {
    throw Error(ErrorCode::kUsage, "name the folder to train on; it has one sub-folder per class");
  }
  if (words.output.empty()) {
    throw Error(ErrorCode::kUsage, "name the decoder file to write: -o FILE.onnx");
  }
  if (words.encoders.empty()) {
    throw Error(ErrorCode::kUsage,
                "name an encoder whose features the decoder gets: --encoder FILE.onnx, which "
                "'simdb train' made from scratch");
  }
  command.folder = words.folder;
  command.output = words.output;
  command.encoders.assign(words.encoders.begin(), words.encoders.end());
  if (!words.report.empty()) command.report = words.report;
  command.classes = parse_class_level(words.classes);
  command.image_limits = parse_image_limits(words.image_limits);
  command.options.augment = training::parse_augment(words.augment);
  command.options.augment.strength = words.strength;
  require_valid(command.options);
}

}  // namespace

DecoderCommand parse_decoder_args(std::span<const std::string_view> args) {
  DecoderCommand command;
  command.text = command_text("simdb train-decoder", args);
  Words words;
  command.help =
      !read_command_line("simdb train-decoder", args, describe(words, command), words.folder);
  if (!command.help) translate(words, command);
  return command;
}

std::string decoder_help() {
  DecoderCommand defaults;
  Words words;
  std::ostringstream text;
  text << "usage: simdb train-decoder DIR -o FILE.onnx --encoder FILE.onnx [options]\n"
          "Learns to make images from what encoders keep of them, for 'simdb recreate'.\n\n"
       << describe(words, defaults);
  return text.str();
}

}  // namespace simdb::cli
