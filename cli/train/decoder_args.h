#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "encoder/training/decoder_options.h"
#include "simdb/class_folders.h"
#include "simdb/image_codec.h"

namespace simdb::cli {

/// What the user asked for.
struct DecoderCommand {
  std::string text;  ///< the command line as a shell takes it, but for --resume
  std::filesystem::path folder;
  std::filesystem::path output;
  std::vector<std::filesystem::path> encoders;  ///< one or more
  std::optional<std::filesystem::path> report;
  ClassLevel classes = ClassLevel::kAuto;
  ImageLimits image_limits;
  training::DecoderOptions options;
  bool resume = false;
  bool json = false;
  bool help = false;  ///< the rest is then unset
};

/// Reads the command line without the program's name. Throws Error(kUsage) that says what is wrong
/// with it.
DecoderCommand parse_decoder_args(std::span<const std::string_view> args);

/// The text of --help; fits a screen.
std::string decoder_help();

}  // namespace simdb::cli
