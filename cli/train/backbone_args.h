#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/train/train_option_adder.h"
#include "encoder/model/pixel_scale.h"
#include "encoder/training/head_options.h"

namespace simdb::cli {

/// What the user said about a backbone.
struct BackboneCommand {
  std::vector<std::filesystem::path> files;    ///< several stand side by side
  std::string output;                          ///< tensor; empty: see read_backbone
  std::optional<std::filesystem::path> cache;  ///< unset: beside the model
  PixelScale scale = PixelScale::kAuto;
  training::BackboneOptions head;  ///< without the identity
  bool choose_anchor = true;       ///< looser for an encoder's own head; else head.anchor holds
};

/// Words of --from that name no encoder.
inline constexpr const char* kFromAuto = "auto";
inline constexpr const char* kFromScratch = "scratch";

/// Adds --from, --backbone and what belongs to it.
void add_backbone_options(TrainOptionAdder& add);

/// What they say; nothing if neither --backbone nor --from names a network. Throws Error(kUsage) if
/// both do, if one of them stands without it, or beside an option of the network that it replaces.
std::optional<BackboneCommand> read_backbone_options(
    const boost::program_options::variables_map& values);

/// The first option given that is about a network from scratch and means nothing to a head, with
/// its dashes; empty if there is none.
std::string option_of_a_new_network(const boost::program_options::variables_map& values);

}  // namespace simdb::cli
