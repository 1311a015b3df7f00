#include "cli/train/train_args.h"

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <sstream>
#include <vector>

#include "core/error.h"

namespace simdb::cli {
namespace {

namespace po = boost::program_options;
using training::TrainOptions;

/// Options whose text is translated after parsing.
struct Words {
  std::string folder;
  std::string output;
  std::string validation;
  std::string preview;
  std::string classes = "auto";
  std::string color = "auto";
  std::string resize = "fit";
  std::string batch_norm = "on";
  std::string augment = "auto";
  std::string loss;
  std::string miner;
  std::string optimizer;
};

template <typename T>
po::typed_value<T>* stored(T& place, const char* name) {
  return po::value<T>(&place)->default_value(place)->value_name(name);
}

/// default_value(place) would print 0.002 as 0.0020000000000000000416.
po::typed_value<double>* stored_real(double& place, const char* name) {
  return po::value<double>(&place)
      ->default_value(place, fmt::format("{:g}", place))
      ->value_name(name);
}

po::typed_value<double>* optional(std::optional<double>& place) {
  return po::value<double>()->notifier([&](double value) { place = value; })->value_name("X");
}

po::options_description describe(Words& words, InputSpec& input, TrainOptions& options,
                                 bool& json) {
  words.loss = to_string(options.loss.kind);
  words.optimizer = to_string(options.optimizer);
  constexpr unsigned kColumns = 100;
  po::options_description all("Options", kColumns, kColumns / 2);
  auto add = all.add_options();
  add("output,o", po::value(&words.output)->value_name("FILE"), "the model file to write");
  add("validation", po::value(&words.validation)->value_name("DIR"),
      "validate on these classes instead of a share of DIR");
  add("validation-share", stored_real(options.validation_share, "X"),
      "part of every class set aside");
  add("classes", stored(words.classes, "auto|top|leaf"),
      "top: every sub-folder of DIR is a class;\nleaf: every folder that holds images itself");
  add("size", stored(input.width, "N"), "side of the network's input, pixels");
  add("color", stored(words.color, "auto|rgb|grey"), "auto: grey if the images are");
  add("resize", stored(words.resize, "fit|stretch"), "fit keeps the aspect ratio");
  add("dim", stored(options.network.dimension, "N"), "floats an embedding, a multiple of 16");
  add("width", stored(options.network.width, "N"), "channels of the first block, then doubling");
  add("depth", stored(options.network.depth, "N"), "blocks of convolution and pooling");
  add("batch-norm", stored(words.batch_norm, "on|off"), "normalise between layers");
  add("augment", stored(words.augment, "LIST"),
      "auto, or none, glyph, digits, photo, icons, shapes,\nor switches: glyph,-erase,blur; see "
      "--preview");
  add("augment-strength", stored_real(options.augment.strength, "X"), "0 to 3");
  add("preview", po::value(&words.preview)->value_name("FILE"),
      "write a page of augmented images; trains only with -o");
  add("loss", stored(words.loss, "NAME"),
      "triplet, contrastive, circle, multi-similarity,\nsupcon, nt-xent, pair or cosface");
  add("miner", po::value(&words.miner)->value_name("NAME"), "batch-all, batch-hard or semi-hard");
  add("margin", optional(options.loss.margin), "between classes; each loss has its own");
  add("scale", optional(options.loss.scale), "steepness of the loss, 1 / temperature");
  add("soft-margin", po::bool_switch(&options.loss.soft_margin), "triplet without a hinge");
  add("optimizer", stored(words.optimizer, "NAME"), "adam or adamw");
  add("learning-rate", stored_real(options.learning_rate, "X"), "at the start; falls to 0");
  add("batch", stored(options.batch, "N"), "images a batch, about");
  add("epochs", stored(options.epochs, "N"), "at most");
  add("patience", stored(options.patience, "N"), "stop after N epochs without progress");
  add("seed", stored(options.seed, "N"), "the same seed gives the same model");
  add("threads", stored(options.threads, "N"), "0: all cores");
  add("json", po::bool_switch(&json), "the summary as one JSON line");
  add("help,h", "this text");
  return all;
}

bool choose(std::string_view option, std::string_view value, std::string_view yes,
            std::string_view no) {
  if (value == yes) return true;
  if (value == no) return false;
  throw Error(ErrorCode::kUsage,
              fmt::format("{} is '{}' or '{}', not '{}'", option, yes, no, value));
}

void translate(const Words& words, TrainCommand& command) {
  if (words.folder.empty()) {
    throw Error(ErrorCode::kUsage, "name the folder to train on; it has one sub-folder a class");
  }
  if (words.output.empty() && words.preview.empty()) {
    throw Error(ErrorCode::kUsage,
                "name the model file to write: -o FILE.onnx (or --preview FILE.html)");
  }
  command.folder = words.folder;
  command.output = words.output;
  if (!words.validation.empty()) command.validation = words.validation;
  if (!words.preview.empty()) command.preview = words.preview;
  command.classes = parse_class_level(words.classes);

  InputSpec& input = command.input;
  if (input.width < 4 || input.width > 512) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--size must lie between 4 and 512, not {}", input.width));
  }
  input.height = input.width;
  input.mean.fill(0.5F);
  input.scale.fill(0.5F);
  input.resize =
      choose("--resize", words.resize, "fit", "stretch") ? ResizeRule::kFit : ResizeRule::kStretch;
  command.choose_channels = words.color == "auto";
  if (!command.choose_channels) {
    input.channels = choose("--color (if not 'auto')", words.color, "rgb", "grey") ? 3 : 1;
  }

  TrainOptions& options = command.options;
  options.network.batch_norm = choose("--batch-norm", words.batch_norm, "on", "off");
  const double strength = options.augment.strength;
  options.augment = training::parse_augment(words.augment);
  options.loss.kind = training::parse_loss(words.loss);
  if (!words.miner.empty()) options.loss.miner = training::parse_miner(words.miner);
  options.augment.strength = strength;
  options.optimizer = training::parse_optimizer(words.optimizer);
  require_valid(options);
}

}  // namespace

TrainCommand parse_train_args(std::span<const std::string_view> args) {
  TrainCommand command;
  Words words;
  po::options_description all = describe(words, command.input, command.options, command.json);
  all.add_options()("folder", po::value(&words.folder));
  po::positional_options_description positional;
  positional.add("folder", 1);
  try {
    po::variables_map values;
    po::store(
        po::command_line_parser(std::vector<std::string>(args.begin(), args.end()))
            .options(all)
            .positional(positional)
            .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
            .run(),
        values);
    command.help = values.count("help") > 0;
    if (command.help) return command;
    po::notify(values);
  } catch (const po::error& error) {
    throw Error(ErrorCode::kUsage, fmt::format("{}; see simdb train --help", error.what()));
  }
  translate(words, command);
  return command;
}

std::string train_help() {
  TrainCommand defaults;
  Words words;
  std::ostringstream text;
  text << "usage: simdb train DIR -o FILE.onnx [options]\n"
          "Trains an encoder on the images in DIR, where every sub-folder is a class, and writes "
          "it\n"
          "as one ONNX file. Ctrl-C keeps the best network so far.\n\n"
       << describe(words, defaults.input, defaults.options, defaults.json);
  return text.str();
}

}  // namespace simdb::cli
