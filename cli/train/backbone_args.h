#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "encoder/pixel_scale.h"
#include "encoder/training/head_options.h"

namespace simdb::cli {

/// What the user said about a backbone.
struct BackboneCommand {
  std::filesystem::path file;
  std::string output;                          ///< tensor; empty: see read_backbone
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
