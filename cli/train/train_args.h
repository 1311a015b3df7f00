#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/train/backbone_args.h"
#include "encoder/image/preprocess.h"
#include "encoder/training/train_options.h"
#include "simdb/class_folders.h"
#include "simdb/image_codec.h"

namespace simdb::cli {

/// What the user asked for.
struct TrainCommand {
  std::string text;  ///< the command line as a shell takes it, but for --resume
  std::filesystem::path folder;
  std::filesystem::path output;  ///< empty if only a preview is wanted
  std::optional<std::filesystem::path> validation;
  std::optional<std::filesystem::path> preview;
  std::optional<std::filesystem::path> log;     ///< JSON lines while training runs
  std::optional<std::filesystem::path> report;  ///< a page when it is done
  ClassLevel classes = ClassLevel::kAuto;       ///< of both folders
  ImageLimits image_limits;                     ///< of each image that is read
  std::optional<BackboneCommand> backbone;
  bool choose_start = true;  ///< without a backbone: photographs start from `photo`
  std::string new_network;   ///< the first option that only a new network has; empty: none
  InputSpec input;
  bool choose_size = true;      ///< else input.width and input.height hold
  bool choose_resize = true;    ///< else input.resize holds
  bool choose_channels = true;  ///< else input.channels holds
  /// What the user said; everything else is recommended by the data.
  std::vector<std::function<void(training::TrainOptions&)>> changes;
  double time_limit = 0;  ///< seconds from the start of the program; 0: none
  bool resume = false;
  bool json = false;
  bool help = false;  ///< the rest is then unset

  /// `options` with the user's changes. With a time limit they take as many epochs as fit, unless
  /// the user names the most. Throws Error(kUsage) if they make no sense together.
  training::TrainOptions change(training::TrainOptions options) const;
};

/// Reads the command line without the program's name. Throws Error(kUsage) that says what is wrong
/// with it.
TrainCommand parse_train_args(std::span<const std::string_view> args);

/// `text` and the words behind it as a shell takes them, but for --resume.
std::string command_text(std::string text, std::span<const std::string_view> args);

/// The text of --help; fits a screen.
std::string train_help();

}  // namespace simdb::cli
