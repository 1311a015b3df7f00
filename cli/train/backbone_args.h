#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "encoder/training/head_options.h"

namespace simdb::cli {

/// The mean and scale that a backbone's pixels get.
enum class PixelScale {
  kAuto,      ///< the model's own if simdb trained it, else ImageNet's
  kNone,      ///< pixels from 0 to 1
  kHalf,      ///< from -1 to 1
  kImageNet,  ///< mean 0.485, 0.456, 0.406 and scale 0.229, 0.224, 0.225
};

/// What the user said about a backbone.
struct BackboneCommand {
  std::filesystem::path file;
  std::string output;                          ///< tensor; empty: the first output
  std::optional<std::filesystem::path> cache;  ///< unset: beside the model
  PixelScale scale = PixelScale::kAuto;
  training::BackboneOptions head;  ///< without the identity
};

/// Adds --backbone and what belongs to it.
void add_backbone_options(boost::program_options::options_description_easy_init& add);

/// What they say; nothing without --backbone. Throws Error(kUsage) if one of them stands without
/// it, or beside an option of the network that it replaces.
std::optional<BackboneCommand> read_backbone_options(
    const boost::program_options::variables_map& values);

}  // namespace simdb::cli
