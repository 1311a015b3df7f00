#pragma once

#include <cstddef>
#include <vector>

#include "encoder/model/onnx_model_decoder.h"

namespace simdb::test {

/// Two encoders that were never trained: "colour" with 16 floats, and "shape" with 32 that sees
/// grey.
std::vector<ConditionEncoder> decoder_encoders(int width, int height, int channels);

/// An untrained decoder behind them, with a latent of 4 floats and the note "steps"; the same
/// every time.
DecoderModel random_decoder(int width, int height, int channels);

/// write_decoder_model of it.
std::vector<std::byte> random_decoder_file(int width, int height, int channels);

}  // namespace simdb::test
