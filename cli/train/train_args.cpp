#include "cli/train/train_args.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cctype>
#include <charconv>
#include <functional>
#include <sstream>
#include <vector>

#include "cli/image_limits.h"
#include "cli/option_error.h"
#include "cli/train/duration.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

namespace po = boost::program_options;
using training::TrainOptions;

constexpr int kMostEpochs = 1'000'000;

/// Options whose text is translated after parsing.
struct Words {
  std::string folder;
  std::string output;
  std::string validation;
  std::string preview;
  std::string log;
  std::string report;
  std::string classes = "auto";
  std::string size = "auto";
  std::string color = "auto";
  std::string resize = "fit";
  std::vector<std::string> image_limits;
};

template <typename T>
po::typed_value<T>* stored(T& place, const char* name) {
  return po::value<T>(&place)->default_value(place)->value_name(name);
}

bool choose(std::string_view option, std::string_view value, std::string_view yes,
            std::string_view no) {
  if (value == yes) return true;
  if (value == no) return false;
  throw Error(ErrorCode::kUsage,
              fmt::format("{} is '{}' or '{}', not '{}'", option, yes, no, value));
}

int parse_side(const std::string& text) {
  int side = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  if (error != std::errc() || end != text.data() + text.size() || side < 4 || side > 512) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--size is 'auto' or a number from 4 to 512, not '{}'", text));
  }
  return side;
}

using Changes = std::vector<std::function<void(TrainOptions&)>>;

/// An option that changes what the data recommends: `read` makes its value of the text's value.
template <typename Text, typename Place, typename Read>
po::typed_value<Text>* changed(Changes& changes, const char* name, Place place, Read read) {
  return po::value<Text>()->value_name(name)->notifier([&changes, place, read](const Text& text) {
    changes.push_back([place, value = read(text)](TrainOptions& o) { place(o) = value; });
  });
}

template <typename T, typename Place>
po::typed_value<T>* changed(Changes& changes, const char* name, Place place) {
  return changed<T>(changes, name, place, [](const T& value) { return value; });
}

template <typename Place, typename Read>
po::typed_value<std::string>* named(Changes& changes, const char* name, Place place, Read read) {
  return changed<std::string>(changes, name, place, read);
}

// Spares a lambda an option.
#define SIMDB_OPTION(member) \
  [](TrainOptions& o) -> auto& { return o.member; }  // NOLINT(bugprone-macro-parentheses)

void describe_training(po::options_description_easy_init& add, Changes& changes) {
  using namespace training;  // NOLINT(google-build-using-namespace): the parsers' names
  add("network", po::value<std::string>()->value_name("NAME")->notifier([&](const auto& name) {
    // Before the options that change parts of it.
    changes.insert(changes.begin(), [preset = network_preset(name)](TrainOptions& o) {
      const int dimension = o.network.dimension;
      o.network = preset;
      o.network.dimension = dimension;
    });
  }),
      "small, article, conv4, wide or residual");
  add("channels", named(changes, "LIST", SIMDB_OPTION(network.channels), parse_channels),
      "of each stage, like 64,64,128");
  add("dim", changed<int>(changes, "N", SIMDB_OPTION(network.dimension)),
      "floats per embedding, a multiple of 16 (16)");
  add("batch-norm",
      named(changes, "on|off", SIMDB_OPTION(network.batch_norm),
            [](const std::string& text) { return choose("--batch-norm", text, "on", "off"); }),
      "normalise between layers");
  add("augment", po::value<std::string>()->value_name("LIST")->notifier([&](const auto& text) {
    changes.push_back([augment = parse_augment(text)](TrainOptions& o) {
      const double strength = o.augment.strength;
      o.augment = augment;
      o.augment.strength = strength;
    });
  }),
      "auto, or none, glyph, digits, photo, icons, shapes,\nor switches: glyph,-erase,blur; see "
      "--preview");
  add("augment-strength", changed<double>(changes, "X", SIMDB_OPTION(augment.strength)),
      "0 to 3 (1)");
  add("made-classes",
      named(changes, "on|off", SIMDB_OPTION(made_classes),
            [](const std::string& text) { return choose("--made-classes", text, "on", "off"); }),
      "turned and joined images are further classes");
  add("loss", po::value<std::string>()->value_name("NAME")->notifier([&](const auto& name) {
    changes.push_back([kind = parse_loss(name)](TrainOptions& o) {
      o.loss = {};
      o.loss.kind = kind;
    });
  }),
      "triplet, contrastive, circle, multi-similarity,\nsupcon, nt-xent, pair or cosface");
  add("miner", named(changes, "NAME", SIMDB_OPTION(loss.miner), parse_miner),
      "batch-all, batch-hard or semi-hard");
  add("margin", changed<double>(changes, "X", SIMDB_OPTION(loss.margin)),
      "between classes; each loss has its own");
  add("scale", changed<double>(changes, "X", SIMDB_OPTION(loss.scale)),
      "steepness of the loss, 1 / temperature");
  add("soft-margin", po::bool_switch()->notifier([&](bool on) {
    if (on) changes.push_back([](TrainOptions& o) { o.loss.soft_margin = true; });
  }),
      "triplet without a hinge");
  add("optimizer", named(changes, "NAME", SIMDB_OPTION(optimizer), parse_optimizer),
      "adam or adamw");
  add("schedule", named(changes, "NAME", SIMDB_OPTION(schedule), parse_schedule),
      "of the learning rate: cosine or one-cycle");
  add("learning-rate", changed<double>(changes, "X", SIMDB_OPTION(learning_rate)), "the highest");
  add("warmup", changed<double>(changes, "X", SIMDB_OPTION(warmup)),
      "share of the steps in which cosine rises");
  add("weight-decay", changed<double>(changes, "X", SIMDB_OPTION(weight_decay)), "of matrices");
  add("clip-norm", changed<double>(changes, "X", SIMDB_OPTION(clip_norm)),
      "of the gradients; 0: not clipped");
  add("weight-average", changed<double>(changes, "X", SIMDB_OPTION(weight_average)),
      "decay per step of the weights exported; 0: the last");
  add("batch", changed<int>(changes, "N", SIMDB_OPTION(batch)), "images per batch, about");
  add("siblings", changed<double>(changes, "X", SIMDB_OPTION(siblings)),
      "share of batches of classes in one parent folder");
  add("epochs", changed<int>(changes, "N", SIMDB_OPTION(epochs)), "at most");
  add("epoch-steps", changed<int>(changes, "N", SIMDB_OPTION(steps_an_epoch)),
      "batches per epoch (0: shows all images, 10 at least)");
  add("patience", changed<int>(changes, "N", SIMDB_OPTION(patience)),
      "stop after N epochs without a gain (a quarter, 8 or more)");
  add("validate-on", named(changes, "NAME", SIMDB_OPTION(validation), parse_validation),
      "images of each class, whole classes, or auto");
  add("validation-share", changed<double>(changes, "X", SIMDB_OPTION(validation_share)),
      "part of the images or classes set aside");
  add("precision", named(changes, "NAME", SIMDB_OPTION(precision), parse_precision),
      "of convolutions: auto, float32 or bfloat16");
  add("device", changed<std::string>(changes, "NAME", SIMDB_OPTION(device)), "cpu or cuda");
  add("seed", changed<std::uint64_t>(changes, "N", SIMDB_OPTION(seed)),
      "the same seed gives the same model");
  add("threads", changed<int>(changes, "N", SIMDB_OPTION(threads)), "0: all cores");
}

#undef SIMDB_OPTION

po::options_description describe(Words& words, TrainCommand& command) {
  constexpr unsigned kColumns = 100;
  po::options_description all("Options", kColumns, kColumns / 2);
  auto add = all.add_options();
  add("output,o", po::value(&words.output)->value_name("FILE"), "the model file to write");
  add("validation", po::value(&words.validation)->value_name("DIR"),
      "validate on these classes instead of a part of DIR");
  add("classes", stored(words.classes, "auto|top|leaf"),
      "top: every sub-folder of DIR is a class;\nleaf: every folder that holds images itself");
  add("size", stored(words.size, "auto|N"),
      "side of the input, pixels; auto: 28, or 48 for many\nclasses of coloured images, or a "
      "backbone's own");
  add("color", stored(words.color, "auto|rgb|grey"), "auto: grey if the images are");
  add("resize", stored(words.resize, "fit|stretch"), "fit keeps the aspect ratio");
  add("image-limit", po::value(&words.image_limits)->composing()->value_name("NAME=N"),
      kImageLimitHelp);
  add_backbone_options(add);
  add("preview", po::value(&words.preview)->value_name("FILE"),
      "write a page of augmented images; trains only with -o");
  add("log", po::value(&words.log)->value_name("FILE"),
      "write a JSON line per epoch while it runs");
  add("report", po::value(&words.report)->value_name("FILE"),
      "write a page with curves and hard examples");
  add("time-limit", po::value<std::string>()->value_name("TIME")->notifier([&](const auto& text) {
    command.time_limit = parse_duration("--time-limit", text);
  }),
      "be done within 90s, 3m, 2h, ...; fits the epochs to it");
  add("resume", po::bool_switch(&command.resume), "go on from FILE.checkpoint");
  describe_training(add, command.changes);
  add("json", po::bool_switch(&command.json), "the summary as one JSON line");
  add("help,h", "this text");
  return all;
}

void translate(const Words& words, TrainCommand& command) {
  if (words.folder.empty()) {
    throw Error(ErrorCode::kUsage, "name the folder to train on; it has one sub-folder per class");
  }
  if (words.output.empty() && words.preview.empty()) {
    throw Error(ErrorCode::kUsage,
                "name the model file to write: -o FILE.onnx (or --preview FILE.html)");
  }
  if (words.output.empty() && !(words.log.empty() && words.report.empty())) {
    throw Error(
        ErrorCode::kUsage,
        "--log and --report tell of a training: name the model file to write, -o FILE.onnx");
  }
  command.folder = words.folder;
  command.output = words.output;
  if (!words.validation.empty()) command.validation = words.validation;
  if (!words.preview.empty()) command.preview = words.preview;
  if (!words.log.empty()) command.log = words.log;
  if (!words.report.empty()) command.report = words.report;
  command.classes = parse_class_level(words.classes);
  command.image_limits = parse_image_limits(words.image_limits);

  InputSpec& input = command.input;
  command.choose_size = words.size == "auto";
  if (!command.choose_size) input.width = input.height = parse_side(words.size);
  input.mean.fill(0.5F);
  input.scale.fill(0.5F);
  input.resize =
      choose("--resize", words.resize, "fit", "stretch") ? ResizeRule::kFit : ResizeRule::kStretch;
  command.choose_channels = words.color == "auto";
  if (!command.choose_channels) {
    input.channels = choose("--color (if not 'auto')", words.color, "rgb", "grey") ? 3 : 1;
  }

  command.change(TrainOptions());  // tells mistakes before the images are read
}

/// A word as a shell takes it.
std::string quoted(std::string_view word) {
  const bool is_plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./,=:+@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (is_plain) return std::string(word);
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  text += "'";
  return text;
}

}  // namespace

TrainOptions TrainCommand::change(TrainOptions options) const {
  if (time_limit > 0) {
    options.time_limit = time_limit;
    options.epochs = kMostEpochs;
    options.patience = 0;
  }
  for (const auto& change : changes) change(options);
  if (backbone) options.backbone = backbone->head;
  require_valid(options);
  return options;
}

TrainCommand parse_train_args(std::span<const std::string_view> args) {
  TrainCommand command;
  command.text = "simdb train";
  for (const std::string_view word : args) {
    if (word == "--resume") continue;
    command.text += ' ';
    command.text += quoted(word);
  }
  Words words;
  po::options_description all = describe(words, command);
  all.add_options()("folder", po::value(&words.folder));
  po::positional_options_description positional;
  positional.add("folder", 1);
  const std::vector<std::string> texts(args.begin(), args.end());
  try {
    po::variables_map values;
    const po::parsed_options parsed =
        po::command_line_parser(texts)
            .options(all)
            .positional(positional)
            .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
            .run();
    refuse_numbers_out_of_range(parsed, all, "; see simdb train --help");
    po::store(parsed, values);
    command.help = values.count("help") > 0;
    if (command.help) return command;
    po::notify(values);
    command.backbone = read_backbone_options(values);
    command.choose_start = !values.count("from") || values["from"].as<std::string>() == kFromAuto;
    command.new_network = option_of_a_new_network(values);
  } catch (const po::error& error) {
    throw Error(ErrorCode::kUsage, option_error(error, texts) + "; see simdb train --help");
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
       << describe(words, defaults);
  return text.str();
}

}  // namespace simdb::cli
