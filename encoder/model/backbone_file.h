#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/backbone_features.h"
#include "encoder/model/pixel_scale.h"
#include "simdb/image_codec.h"
#include "simdb/model_trial.h"

namespace simdb {

/// What a user said about networks of their own.
struct BackboneChoice {
  std::vector<std::filesystem::path> files;  ///< or names of shipped encoders; at least one
  std::string output;                        ///< tensor; empty: see read_backbone
  PixelScale scale = PixelScale::kAuto;
  InputSpec input;              ///< background; the rest as far as it is not chosen
  bool choose_size = true;      ///< what the model fixes, else 224 x 224; else the input's own
  bool choose_resize = true;    ///< what an encoder of simdb says; else the input's own
  bool choose_channels = true;  ///< what the model fixes, else RGB; else the input's own
  bool may_take_roots = false;  ///< take_roots(), where no feature is negative and it has no head
};

/// What is found out about a network is reported line by line.
using Say = std::function<void(const std::string&)>;

/// Reads a network, judges it if it does not come with simdb, and tries it. Mean and scale are, if
/// nobody names them, those that an encoder of simdb says, else those with which the network
/// recognises `images` best (files that are tried evenly spread; ones that can't be read are passed
/// over), else ImageNet's. Several networks stand side by side (join_backbones), of an encoder of
/// simdb then its embedding. `say` hears what was chosen and why. Throws Error(kNotFound), and
/// Error(kBadInput) with the remedy for a model that can't be used so, and what judge_backbone
/// throws; Error(kUsage) if `output` or `scale` is said of several.
BackboneFeatures open_backbone(const BackboneChoice& choice,
                               std::span<const std::filesystem::path> images,
                               const ImageLimits& limits, const Say& say,
                               const TrialOptions& trial = {});

/// At most `most` of the files, evenly spread.
std::vector<std::filesystem::path> spread(std::span<const std::filesystem::path> files,
                                          std::size_t most);

}  // namespace simdb
