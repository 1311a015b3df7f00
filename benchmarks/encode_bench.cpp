// Images per second of the encoder and of the same net in LibTorch on the same threads.
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/nn/functional/conv.h>
#include <torch/nn/functional/linear.h>
#include <torch/nn/functional/normalization.h>
#include <torch/nn/functional/pooling.h>
#include <torch/types.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "benchmarks/bench_support.h"
#include "encoder/model/onnx_model.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

namespace F = torch::nn::functional;

// default_network() in LibTorch, from the same weights.
class TorchNetwork {
 public:
  explicit TorchNetwork(const EncoderModel& model) {
    for (const Layer& layer : model.layers) {
      if (const auto* conv = std::get_if<ConvLayer>(&layer)) {
        add(conv->weight, {conv->out_channels, conv->in_channels, conv->kernel, conv->kernel},
            conv->bias);
      } else if (const auto* dense = std::get_if<DenseLayer>(&layer)) {
        add(dense->weight, {dense->out_features, dense->in_features}, dense->bias);
      }
    }
  }

  torch::Tensor forward(torch::Tensor x) const {
    for (std::size_t i = 0; i + 1 < weights_.size(); ++i) {
      x = F::conv2d(x, weights_[i], F::Conv2dFuncOptions().bias(biases_[i]).padding(1)).relu();
      x = F::max_pool2d(x, F::MaxPool2dFuncOptions(2));
    }
    return F::normalize(F::linear(x.flatten(1), weights_.back(), biases_.back()));
  }

 private:
  void add(const std::vector<float>& weight, torch::IntArrayRef shape,
           const std::vector<float>& bias) {
    weights_.push_back(torch::tensor(weight).reshape(shape));
    biases_.push_back(torch::tensor(bias));
  }

  std::vector<torch::Tensor> weights_;
  std::vector<torch::Tensor> biases_;
};

struct Options {
  std::size_t images = 8192;
  int rounds = 7;
  bool json = false;
};

float largest_difference(const EmbeddingBatch& a, const torch::Tensor& b) {
  const torch::Tensor rows =
      torch::tensor(std::vector<float>(a.values().begin(), a.values().end()));
  return (rows - b.flatten()).abs().max().item<float>();
}

nlohmann::ordered_json row(const std::string& method, std::size_t images,
                           const std::vector<double>& times) {
  const Spread spread = spread_of(times);
  const auto rate = [&](double time) { return static_cast<double>(images) / time; };
  return {{"method", method},
          {"images_per_s", rate(spread.median)},
          {"slowest", rate(spread.max)},
          {"fastest", rate(spread.min)}};
}

int run(const Options& options) {
  const int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  at::set_num_threads(threads);
  const EncoderModel model = default_network();
  const OnnxEncoder encoder(write_onnx_model(model));
  const TorchNetwork network(model);
  const torch::InferenceMode inference;

  std::mt19937 random(2);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<float> planes(options.images * model.input.values());
  for (float& value : planes) value = uniform(random);
  const auto count = static_cast<std::int64_t>(options.images);
  const torch::Tensor input = torch::from_blob(planes.data(), {count, 3, 28, 28});
  const auto in_torch = [&](std::int64_t batch) {
    std::vector<torch::Tensor> outputs;
    for (std::int64_t first = 0; first < count; first += batch) {
      outputs.push_back(network.forward(input.narrow(0, first, std::min(batch, count - first))));
    }
    return torch::cat(outputs);
  };
  const float difference = largest_difference(encoder.encode_planes(planes), in_torch(64));

  std::vector<double> ours;
  std::vector<double> torch64;
  std::vector<double> torch256;
  std::vector<double> ratios;
  for (int round = 0; round < options.rounds; ++round) {
    ours.push_back(seconds([&] { encoder.encode_planes(planes); }));
    torch64.push_back(seconds([&] { in_torch(64); }));
    torch256.push_back(seconds([&] { in_torch(256); }));
    ratios.push_back(std::min(torch64.back(), torch256.back()) / ours.back());
  }
  const Spread ratio = spread_of(ratios);
  const nlohmann::ordered_json result = {
      {"machine", machine_name()},
      {"images", options.images},
      {"threads", threads},
      {"largest_difference", difference},
      {"results",
       {row("simdb", options.images, ours), row("LibTorch, batch 64", options.images, torch64),
        row("LibTorch, batch 256", options.images, torch256)}},
      {"speed_against_libtorch",
       {{"median", ratio.median}, {"min", ratio.min}, {"max", ratio.max}}}};
  if (options.json) {
    std::cout << result.dump() << '\n';
    return 0;
  }
  std::cout << fmt::format("{}, {} images of 28 x 28, {} rounds\n", machine_name(), options.images,
                           options.rounds);
  for (const auto& line : result["results"]) {
    std::cout << fmt::format("  {:<20} {:>8.0f} images/s  ({:.0f} to {:.0f})\n",
                             line["method"].get<std::string>(), line["images_per_s"].get<double>(),
                             line["slowest"].get<double>(), line["fastest"].get<double>());
  }
  std::cout << fmt::format(
      "  simdb is {:.2f} times as fast as the better LibTorch ({:.2f} to {:.2f}); outputs differ "
      "by {:.1e}\n",
      ratio.median, ratio.min, ratio.max, difference);
  return 0;
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  po::options_description description(
      "encode_bench: images per second of the encoder and of LibTorch");
  description.add_options()("images", po::value(&options.images)->default_value(options.images),
                            "images per round")(
      "rounds", po::value(&options.rounds)->default_value(options.rounds), "repetitions")(
      "json", po::bool_switch(&options.json), "one JSON object");
  return simdb::bench::parse_arguments(argc, argv, description) ? simdb::bench::run(options) : 0;
}
