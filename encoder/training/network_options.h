#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace simdb::training {

/// The shape of the encoder: one stage a number of channels, then Dense to `dimension` floats of
/// unit length. A stage is Conv3x3, batch norm, ReLU, then MaxPool2 while more than 3 pixels are
/// left of a side. In a residual network every stage but the first has two convolutions and a
/// shortcut around them (He et al., "Deep Residual Learning", CVPR 2016).
struct NetworkOptions {
  std::vector<int> channels = {16, 32, 64};
  bool residual = false;
  bool batch_norm = true;
  int dimension = 16;  ///< see is_model_dimension
};

/// The networks that have names; the dimension is the default one.
///   small     16, 32, 64 channels: enough for a few classes of simple pictures
///   article   32, 64 without batch norm: the small net of the article on Siamese networks
///   conv4     4 x 64: the few-shot literature's (Vinyals et al., "Matching Networks", 2016)
///   wide      64, 64, 128, 128
///   residual  32, 64, 128, 128 with shortcuts
/// Throws Error(kUsage) naming the choices.
NetworkOptions network_preset(std::string_view name);
/// The name of the preset that differs in the dimension only, else a description like
/// "24-48, residual".
std::string to_string(const NetworkOptions& network);

/// Reads "64,64,128". Throws Error(kUsage) unless they are 1 to 8 numbers from 1 to 2048.
std::vector<int> parse_channels(std::string_view text);

/// Throws Error(kUsage), naming the option and its bounds.
void require_valid(const NetworkOptions& network);

}  // namespace simdb::training
