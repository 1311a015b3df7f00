#include "cli/train/backbone_args.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "simdb/error.h"

namespace simdb::cli {
namespace {

namespace po = boost::program_options;

constexpr std::array kBelonging = {"backbone-output", "head-hidden", "dropout", "views",
                                   "feature-cache",   "mean-std",    "anchor"};
constexpr std::array kReplaced = {"network", "channels", "batch-norm", "precision"};
// Beside kReplaced: a backbone takes these, but they are asked for because of a network.
constexpr std::array kOfANetwork = {"size",         "color",   "resize",       "augment",
                                    "made-classes", "preview", "drawn-classes"};

template <typename T>
void read(const po::variables_map& values, const char* name, T& place) {
  if (values.count(name) > 0) place = values[name].as<T>();
}

/// Given by the user, not by default.
bool is_given(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 && !values[name].defaulted();
}

/// The networks that are named, by --from or --backbone.
std::vector<std::filesystem::path> named_networks(const po::variables_map& values) {
  const std::string from = values.count("from") > 0 ? values["from"].as<std::string>() : kFromAuto;
  if (values.count("backbone") == 0) {
    if (from == kFromAuto || from == kFromScratch) return {};
    return {from};
  }
  if (from != kFromAuto) {
    throw Error(ErrorCode::kUsage,
                "--from and --backbone both say where training starts; leave one of them out");
  }
  const auto& names = values["backbone"].as<std::vector<std::string>>();
  return {names.begin(), names.end()};
}

}  // namespace

void add_backbone_options(TrainOptionAdder& add) {
  add("from", po::value<std::string>());
  add("backbone", po::value<std::vector<std::string>>()->composing());
  add("backbone-output", po::value<std::string>());
  add("head-hidden", po::value<int>());
  add("anchor", po::value<double>());
  add("dropout", po::value<double>());
  add("views", po::value<int>());
  add("feature-cache", po::value<std::string>());
  add("mean-std", po::value<std::string>());
}

std::optional<BackboneCommand> read_backbone_options(const po::variables_map& values) {
  const std::vector<std::filesystem::path> networks = named_networks(values);
  const bool is_wanted = !networks.empty();
  for (const char* name : kBelonging) {
    if (!is_wanted && values.count(name) > 0) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("--{} belongs to a backbone; name it: --backbone FILE.onnx, or --from "
                      "photo",
                      name));
    }
  }
  if (!is_wanted) return {};
  for (const char* name : kReplaced) {
    if (values.count(name) > 0) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("--{} is about a network that --backbone takes the place of; leave "
                              "one of them out",
                              name));
    }
  }
  BackboneCommand command;
  command.files = networks;
  read(values, "backbone-output", command.output);
  read(values, "head-hidden", command.head.hidden);
  if (values.count("anchor") > 0) {
    command.head.anchor = values["anchor"].as<double>();
    command.choose_anchor = false;
  }
  read(values, "dropout", command.head.dropout);
  read(values, "views", command.head.views);
  if (command.head.views == 1 && values.count("augment") > 0) {
    throw Error(ErrorCode::kUsage,
                "with a backbone --augment acts on the views beyond the first; add --views 2 or "
                "more, or leave --augment out");
  }
  if (values.count("feature-cache") > 0) command.cache = values["feature-cache"].as<std::string>();
  if (values.count("mean-std") > 0)
    command.scale = parse_pixel_scale(values["mean-std"].as<std::string>());
  return command;
}

std::string option_of_a_new_network(const po::variables_map& values) {
  for (const char* name : kReplaced) {
    if (is_given(values, name)) return std::string("--") + name;
  }
  for (const char* name : kOfANetwork) {
    if (is_given(values, name)) return std::string("--") + name;
  }
  return "";
}

}  // namespace simdb::cli
