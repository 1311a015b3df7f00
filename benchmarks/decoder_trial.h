#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "encoder/training/labeled_images.h"
#include "simdb/image.h"
#include "simdb/image_decoder.h"
#include "simdb/onnx_encoder.h"

// What the trials of decoder_bench share: encoders that name pictures, and a decoder behind them.
namespace simdb::bench {

inline constexpr std::size_t kExchangedPairs = 1000;

struct TrialOptions {
  std::string data;
  int count = 20;  ///< training pictures of each kind
  std::string train;
  std::string decoder;
};

/// Pictures with their classes' numbers, fitted to `input`.
training::LabeledImages label(const std::vector<Image>& pictures, std::vector<int> labels,
                              std::vector<std::string> classes, const InputSpec& input);

/// An encoder, and the training pictures by which it names others.
class Namer {
 public:
  /// `words`: more of 'simdb train'.
  Namer(const std::vector<Image>& pictures, std::vector<int> labels,
        std::vector<std::string> classes, const InputSpec& input, const std::string& words,
        std::uint64_t seed);

  const std::vector<std::byte>& file() const noexcept { return file_; }

  /// The share of pictures that get the label at the same place.
  double share(const std::vector<Image>& pictures, const std::vector<int>& labels) const;

 private:
  std::vector<std::byte> file_;
  std::optional<OnnxEncoder> encoder_;
  EmbeddingBatch gallery_{16};
  std::vector<int> labels_;
};

/// What `words` say of the input, as of 'simdb train'.
InputSpec encoder_input(const std::string& words);

struct TrainedDecoder {
  ImageDecoder decoder;
  double seconds = 0;
};

/// A decoder behind the encoders, in their order. `words`: more of 'simdb train-decoder'.
TrainedDecoder train_behind(const std::vector<const Namer*>& encoders,
                            const std::vector<Image>& pictures, std::vector<int> labels,
                            std::vector<std::string> classes, const std::string& words,
                            std::uint64_t seed);

/// Mean in dB of pictures made again from their own codes.
double psnr_again(const ImageDecoder& decoder, const std::vector<Image>& pictures);

/// The first pictures with the features of encoder `part` of the second ones.
std::vector<Image> exchange(const ImageDecoder& decoder, const std::vector<Image>& firsts,
                            const std::vector<Image>& seconds, std::size_t part);

double mean_psnr(const std::vector<Image>& made, const std::vector<Image>& wanted);

std::string percent(double share);

/// One draw of a trial, told on standard output.
void run_shapes(const TrialOptions& options, std::uint64_t seed);
void run_digits(const TrialOptions& options, std::uint64_t seed);

}  // namespace simdb::bench
