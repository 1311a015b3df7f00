#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "simdb/image.h"

namespace simdb {

enum class RunnerKind;
struct DecoderHeader;

/// Where the embedding by one encoder is in a code.
struct CodePart {
  std::string name;         ///< the encoder's, for people
  std::string fingerprint;  ///< SHA-256 of the encoder's file, in hexadecimal
  std::size_t first = 0;    ///< its first float in a code
  std::size_t size = 0;     ///< floats
};

/// A conditional variational autoencoder (Kingma and Welling, "Auto-Encoding Variational Bayes",
/// 2014; Sohn et al., 2015) behind trained encoders: it turns an image into a code and a code into
/// an image. A code is latent() floats that say what the encoders leave open, each about normally
/// distributed with mean 0 and variance 1, and behind them the image's embedding by every encoder,
/// of length 1. So an image can be made whose embedding by one encoder is another image's.
///
/// Runs with OpenCV's DNN module, or ONNX Runtime where that can't. Immutable and thread-safe.
class ImageDecoder {
 public:
  /// `file` is what `simdb train-decoder` wrote. One from elsewhere must have passed judge_decoder
  /// (model_trial.h). Throws Error(kBadInput), naming `name`, if it is none or no runner runs it.
  explicit ImageDecoder(std::span<const std::byte> file, const std::string& name = "in memory");
  ImageDecoder(const ImageDecoder&) = delete;
  ImageDecoder& operator=(const ImageDecoder&) = delete;
  ~ImageDecoder();

  std::size_t latent() const noexcept;
  /// Of the encoders, in their order in a code.
  std::span<const CodePart> parts() const noexcept;
  std::size_t code_size() const noexcept;

  /// Sides of the images that it makes, in pixels, and their channels: 3 is RGB, 1 grey.
  int width() const noexcept;
  int height() const noexcept;
  int channels() const noexcept;

  /// Codes of the images, one after the other: images.size() x code_size() floats. Images of any
  /// size are fitted as the encoders do it. Throws Error(kBadInput) if an image has no pixels.
  std::vector<float> encode(std::span<const Image> images) const;

  /// What encode() sees of an image: brought to the decoder's size. Throws as encode().
  Image fit(const Image& image) const;

  /// One image per code, in order. Throws Error(kUsage) unless `codes` holds a whole number of them
  /// and all floats are finite.
  std::vector<Image> decode(std::span<const float> codes) const;

  const DecoderHeader& header() const noexcept;
  RunnerKind code_runner() const noexcept;     ///< of encode()
  RunnerKind picture_runner() const noexcept;  ///< of decode()

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The code at a share of the way from one to another, 0 to 1: the latent along a line, embeddings
/// along the arc of the sphere between them. Both have decoder.code_size() floats; throws
/// Error(kUsage) if not. Thread-safe.
std::vector<float> code_between(const ImageDecoder& decoder, std::span<const float> from,
                                std::span<const float> to, double share);

/// Peak signal-to-noise ratio of two images of the same sides and channels, in dB: 10 log10(255^2 /
/// mean squared difference of values). Infinite if they are equal. Throws Error(kUsage) if their
/// sizes differ.
double psnr(const Image& a, const Image& b);

}  // namespace simdb
