#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/runner_kind.h"
#include "simdb/image_decoder.h"

namespace simdb {

// A trained image decoder as plain data: what training exports and what image_decoder.cpp reads
// back. Tensors are row-major floats in PyTorch's layouts.

/// Convolution with kernel 4, stride 2 and padding 1, then ReLU: halves both sides, rounding down.
struct HalvingLayer {
  int in_channels = 0;
  int out_channels = 0;
  std::vector<float> weight = {};  ///< out x in x 4 x 4
  std::vector<float> bias = {};    ///< out
};

/// Transposed convolution with kernel 6, stride 2 and padding 2: doubles both sides. The same as a
/// 3 x 3 convolution to four times the channels whose values are then laid out as 2 x 2 pixels.
struct DoublingLayer {
  int in_channels = 0;
  int out_channels = 0;
  std::vector<float> weight = {};  ///< in x out x 6 x 6
  std::vector<float> bias = {};    ///< out
  bool relu = true;
};

/// From the last dense layer to the smallest picture: one value per place and channel, then ReLU.
struct SpreadLayer {
  int in_features = 0;
  int out_channels = 0;
  int height = 0;
  int width = 0;
  std::vector<float> weight = {};  ///< in x out x height x width
  std::vector<float> bias = {};    ///< out
};

/// A convolution and the doubling behind it.
struct GrowingLayers {
  ConvLayer convolution;
  DoublingLayer doubling;
};

/// An encoder whose features the decoder is given, as it is in its own file.
struct ConditionEncoder {
  std::string name;         ///< for people, and to ask for it: one line
  std::string fingerprint;  ///< SHA-256 of its file, in hexadecimal
  EncoderModel model;
};

/// From the bytes of an encoder's file. Throws Error(kBadInput) as read_onnx_layers does.
ConditionEncoder read_condition_encoder(std::span<const std::byte> file, const std::string& name);

/// Everything in a decoder's file. Two graphs that share nothing: an image's pixels in [0, 1] ->
/// its code, which is the latent (the mean of its posterior) and behind it the embedding by each
/// encoder; and a code -> pixels in [0, 1].
struct DecoderModel {
  InputSpec input;  ///< of images; mean 0 and scale 1
  std::vector<ConditionEncoder> encoders;
  std::vector<HalvingLayer> halvings;
  std::vector<DenseLayer> latent_layers;  ///< the last gives the latent
  std::vector<DenseLayer> code_layers;
  SpreadLayer spread;
  /// The last doubling gives the picture, at least as large as `input`: what is beyond its right
  /// and lower edges is cut off.
  std::vector<GrowingLayers> growing;
  std::map<std::string, std::string> notes;  ///< as EncoderModel's; "decoder" is taken too
};

/// What a reader needs to know of a decoder's file, and its two graphs as files of their own.
struct DecoderHeader {
  InputSpec input;
  std::size_t latent = 0;
  std::vector<CodePart> encoders;
  std::map<std::string, std::string> notes;
  std::vector<std::byte> to_code;     ///< ONNX: N x channels x height x width -> N x code
  std::vector<std::byte> to_picture;  ///< ONNX: N x code x 1 x 1 -> N x channels x height x width
  std::vector<RunnerKind> code_runners;
  std::vector<RunnerKind> picture_runners;

  std::size_t code_size() const;
};

/// Bytes of a standard ONNX file (opset 11, inputs "image" and "wanted_code", outputs "code" and
/// "picture"). Throws Error(kUsage) if the layers don't fit together or the encoders see images of
/// other sides than `input`, Error(kBadInput) if a weight is not finite.
std::vector<std::byte> write_decoder_model(const DecoderModel& model);

/// Checks a decoder's file as read_onnx_header does an encoder's. Throws Error(kBadInput), naming
/// `name`. What it costs to run, and whether that does harm, is for judge_decoder to find out.
/// Thread-safe.
DecoderHeader read_decoder_header(std::span<const std::byte> bytes, const std::string& name);

}  // namespace simdb
