#include "tests/support/decoders.h"

#include <algorithm>
#include <random>

#include "simdb/digest.h"
#include "tests/support/models.h"

namespace simdb::test {
namespace {

class Drawn {
 public:
  std::vector<float> floats(int count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = std::uniform_real_distribution<float>(-0.3F, 0.3F)(random_);
    return values;
  }
  HalvingLayer halving(int in, int out) { return {in, out, floats(out * in * 16), floats(out)}; }
  DenseLayer dense(int in, int out, bool relu) {
    return {in, out, floats(in * out), floats(out), relu};
  }
  ConvLayer conv(int in, int out) { return {in, out, 3, floats(out * in * 9), floats(out), true}; }
  DoublingLayer doubling(int in, int out, bool relu) {
    return {in, out, floats(in * out * 36), floats(out), relu};
  }

 private:
  std::mt19937 random_{7};
};

ConditionEncoder condition(const char* name, int dimension, unsigned seed, const InputSpec& input) {
  EncoderModel model = random_model(dimension, seed, input);
  return {name, to_hex(sha256(write_onnx_model(model))), std::move(model)};
}

}  // namespace

std::vector<ConditionEncoder> decoder_encoders(int width, int height, int channels) {
  InputSpec input;
  input.width = width;
  input.height = height;
  input.channels = channels;
  input.mean = {0.5F, 0.4F, 0.3F};
  input.scale = {0.5F, 0.6F, 0.7F};
  InputSpec grey = input;
  grey.channels = 1;
  return {condition("colour", 16, 1, input), condition("shape", 32, 2, grey)};
}

DecoderModel random_decoder(int width, int height, int channels) {
  constexpr int kLatent = 4;
  Drawn drawn;
  DecoderModel model;
  model.input.width = width;
  model.input.height = height;
  model.input.channels = channels;
  model.encoders = decoder_encoders(width, height, channels);
  model.halvings = {drawn.halving(channels, 4), drawn.halving(4, 6)};
  const int flat = 6 * (width / 4) * (height / 4);
  model.latent_layers = {drawn.dense(flat, 8, true), drawn.dense(8, kLatent, false)};
  model.code_layers = {drawn.dense(kLatent + 16 + 32, 12, true)};
  const auto quarter = [](int side) { return (side + 3) / 4; };
  const int places = quarter(height) * quarter(width);
  model.spread = {
      12, 5, quarter(height), quarter(width), drawn.floats(12 * 5 * places), drawn.floats(5)};
  model.growing = {{drawn.conv(5, 5), drawn.doubling(5, 4, true)},
                   {drawn.conv(4, 4), drawn.doubling(4, channels, false)}};
  model.notes["steps"] = "7";
  return model;
}

std::vector<std::byte> random_decoder_file(int width, int height, int channels) {
  return write_decoder_model(random_decoder(width, height, channels));
}

}  // namespace simdb::test
