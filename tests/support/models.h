#pragma once

#include "encoder/model/onnx_model.h"

namespace simdb::test {

/// A small net that was never trained: Conv 3 x 3 (8), ReLU, MaxPool 2, Conv 3 x 3 (8), ReLU,
/// MaxPool 2, Dense; weights random, the same for the same seed, large enough that different images
/// get different embeddings. `input` must be at least 4 x 4.
EncoderModel random_model(int dimension, unsigned seed, const InputSpec& input = {});

/// write_onnx_model of it.
std::vector<std::byte> random_model_file(int dimension, unsigned seed, const InputSpec& input = {});

}  // namespace simdb::test
