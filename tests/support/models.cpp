#include "tests/support/models.h"

#include <cmath>
#include <cstddef>
#include <random>

namespace simdb::test {
namespace {

constexpr int kChannels = 8;

// Not std::normal_distribution, whose values differ between standard libraries.
std::vector<float> random_weights(std::size_t count, float bound, std::mt19937& random) {
  std::vector<float> values(count);
  for (float& value : values) {
    value =
        bound * (static_cast<float>(random()) / static_cast<float>(std::mt19937::max()) * 2 - 1);
  }
  return values;
}

ConvLayer random_conv(int in, int out, std::mt19937& random) {
  const int fan_in = in * 9;
  const float bound = std::sqrt(6.0F / static_cast<float>(fan_in));
  ConvLayer conv;
  conv.in_channels = in;
  conv.out_channels = out;
  conv.weight = random_weights(static_cast<std::size_t>(out) * fan_in, bound, random);
  conv.bias = random_weights(out, 0.1F, random);
  return conv;
}

}  // namespace

EncoderModel random_model(int dimension, unsigned seed, const InputSpec& input) {
  std::mt19937 random(seed);
  const int features = kChannels * (input.width / 2 / 2) * (input.height / 2 / 2);
  const float bound = std::sqrt(6.0F / static_cast<float>(features));
  DenseLayer dense;
  dense.in_features = features;
  dense.out_features = dimension;
  dense.weight = random_weights(static_cast<std::size_t>(dimension) * features, bound, random);
  dense.bias = random_weights(dimension, 0.1F, random);
  EncoderModel model{.input = input, .layers = {}, .notes = {{"training_data", "none"}}};
  model.layers.emplace_back(random_conv(input.channels, kChannels, random));
  model.layers.emplace_back(MaxPoolLayer{});
  model.layers.emplace_back(random_conv(kChannels, kChannels, random));
  model.layers.emplace_back(MaxPoolLayer{});
  model.layers.emplace_back(std::move(dense));
  return model;
}

std::vector<std::byte> random_model_file(int dimension, unsigned seed, const InputSpec& input) {
  return write_onnx_model(random_model(dimension, seed, input));
}

}  // namespace simdb::test
