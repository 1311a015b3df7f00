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
#include "cli/train/command_line.h"
#include "cli/train/duration.h"
#include "cli/train/train_option_adder.h"
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
  std::string resize = "auto";
  std::vector<std::string> image_limits;
};

template <typename T>
po::typed_value<T>* stored(T& place) {
  return po::value<T>(&place)->default_value(place);
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
po::typed_value<Text>* changed(Changes& changes, Place place, Read read) {
  return po::value<Text>()->notifier([&changes, place, read](const Text& text) {
    changes.push_back([place, value = read(text)](TrainOptions& o) { place(o) = value; });
  });
}

template <typename T, typename Place>
po::typed_value<T>* changed(Changes& changes, Place place) {
  return changed<T>(changes, place, [](const T& value) { return value; });
}

template <typename Place, typename Read>
po::typed_value<std::string>* named(Changes& changes, Place place, Read read) {
  return changed<std::string>(changes, place, read);
}

// Spares a lambda an option.
#define SIMDB_OPTION(member) \
  [](TrainOptions& o) -> auto& { return o.member; }  // NOLINT(bugprone-macro-parentheses)

void describe_training(TrainOptionAdder& add, Changes& changes) {
  using namespace training;  // NOLINT(google-build-using-namespace): the parsers' names
  add("network", po::value<std::string>()->notifier([&](const auto& name) {
    // Before the options that change parts of it.
    changes.insert(changes.begin(), [preset = network_preset(name)](TrainOptions& o) {
      const int dimension = o.network.dimension;
      o.network = preset;
      o.network.dimension = dimension;
    });
  }));
  add("channels", named(changes, SIMDB_OPTION(network.channels), parse_channels));
  add("dim", changed<int>(changes, SIMDB_OPTION(network.dimension)));
  add("batch-norm", named(changes, SIMDB_OPTION(network.batch_norm), [](const std::string& text) {
        return choose("--batch-norm", text, "on", "off");
      }));
  add("augment", po::value<std::string>()->notifier([&](const auto& text) {
    changes.push_back([augment = parse_augment(text)](TrainOptions& o) {
      const double strength = o.augment.strength;
      o.augment = augment;
      o.augment.strength = strength;
    });
  }));
  add("augment-strength", changed<double>(changes, SIMDB_OPTION(augment.strength)));
  add("made-classes", named(changes, SIMDB_OPTION(made_classes), [](const std::string& text) {
        return choose("--made-classes", text, "on", "off");
      }));
  add("drawn-classes", changed<int>(changes, SIMDB_OPTION(drawn_classes)));
  add("test-views", changed<int>(changes, SIMDB_OPTION(test_views)));
  add("loss", po::value<std::string>()->notifier([&](const auto& name) {
    changes.push_back([kind = parse_loss(name)](TrainOptions& o) {
      o.loss = {};
      o.loss.kind = kind;
    });
  }));
  add("miner", named(changes, SIMDB_OPTION(loss.miner), parse_miner));
  add("margin", changed<double>(changes, SIMDB_OPTION(loss.margin)));
  add("scale", changed<double>(changes, SIMDB_OPTION(loss.scale)));
  add("soft-margin", po::bool_switch()->notifier([&](bool on) {
    if (on) changes.push_back([](TrainOptions& o) { o.loss.soft_margin = true; });
  }));
  add("optimizer", named(changes, SIMDB_OPTION(optimizer), parse_optimizer));
  add("schedule", named(changes, SIMDB_OPTION(schedule), parse_schedule));
  add("learning-rate", changed<double>(changes, SIMDB_OPTION(learning_rate)));
  add("warmup", changed<double>(changes, SIMDB_OPTION(warmup)));
  add("weight-decay", changed<double>(changes, SIMDB_OPTION(weight_decay)));
  add("clip-norm", changed<double>(changes, SIMDB_OPTION(clip_norm)));
  add("weight-average", changed<double>(changes, SIMDB_OPTION(weight_average)));
  add("batch", changed<int>(changes, SIMDB_OPTION(batch)));
  add("siblings", changed<double>(changes, SIMDB_OPTION(siblings)));
  add("epochs", changed<int>(changes, SIMDB_OPTION(epochs)));
  add("epoch-steps", changed<int>(changes, SIMDB_OPTION(steps_an_epoch)));
  add("patience", changed<int>(changes, SIMDB_OPTION(patience)));
  add("validate-on", named(changes, SIMDB_OPTION(validation), parse_validation));
  add("validation-share", changed<double>(changes, SIMDB_OPTION(validation_share)));
  add("precision", named(changes, SIMDB_OPTION(precision), parse_precision));
  add("device", changed<std::string>(changes, SIMDB_OPTION(device)));
  add("seed", changed<std::uint64_t>(changes, SIMDB_OPTION(seed)));
  add("threads", changed<int>(changes, SIMDB_OPTION(threads)));
}

#undef SIMDB_OPTION

po::options_description describe(Words& words, TrainCommand& command) {
  constexpr unsigned kColumns = 100;
  po::options_description all("Options", kColumns, kColumns / 2);
  TrainOptionAdder add(all);
  add("output,o", po::value(&words.output));
  add("validation", po::value(&words.validation));
  add("classes", stored(words.classes));
  add("size", stored(words.size));
  add("color", stored(words.color));
  add("resize", stored(words.resize));
  add("image-limit", po::value(&words.image_limits)->composing());
  add_backbone_options(add);
  add("preview", po::value(&words.preview));
  add("log", po::value(&words.log));
  add("report", po::value(&words.report));
  add("time-limit", po::value<std::string>()->notifier([&](const auto& text) {
    command.time_limit = parse_duration("--time-limit", text);
  }));
  add("resume", po::bool_switch(&command.resume));
  describe_training(add, command.changes);
  add("json", po::bool_switch(&command.json));
  all.add_options()("help,h", "this text");
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
  const auto rule = find_resize_rule(words.resize);
  command.choose_resize = words.resize == "auto";
  if (!rule && !command.choose_resize) {
    throw Error(
        ErrorCode::kUsage,
        fmt::format("--resize is 'auto', 'fit', 'stretch' or 'trim', not '{}'", words.resize));
  }
  if (rule) input.resize = *rule;
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

std::string command_text(std::string text, std::span<const std::string_view> args) {
  for (const std::string_view word : args) {
    if (word == "--resume") continue;
    text += ' ';
    text += quoted(word);
  }
  return text;
}

TrainCommand parse_train_args(std::span<const std::string_view> args) {
  TrainCommand command;
  command.text = command_text("simdb train", args);
  Words words;
  const auto take = [&](const po::variables_map& values) {
    command.backbone = read_backbone_options(values);
    command.choose_start = !values.count("from") || values["from"].as<std::string>() == kFromAuto;
    command.new_network = option_of_a_new_network(values);
  };
  command.help =
      !read_command_line("simdb train", args, describe(words, command), words.folder, take);
  if (!command.help) translate(words, command);
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
