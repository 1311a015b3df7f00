#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "encoder/model/onnx_model_decoder.h"

namespace simdb {

// The tensors by which a decoder's file is known. The picture's side takes a code as N x code x 1 x
// 1.
inline constexpr std::string_view kImageInput = "image";
inline constexpr std::string_view kCodeOutput = "code";
inline constexpr std::string_view kCodeInput = "wanted_code";
inline constexpr std::string_view kPictureOutput = "picture";

/// The note, simdb.decoder, that says what a code is made of, as JSON.
inline constexpr std::string_view kDecoderNote = "decoder";
/// Of that note; there is one so far.
inline constexpr int kDecoderVersion = 1;

/// A code as a picture of one pixel: the input of the second graph. Only its sides count.
InputSpec code_input(const DecoderHeader& header);

/// Codes of noise, the same in every run: to find out what a decoder makes of them.
std::vector<float> trial_codes(const DecoderHeader& header, std::size_t rows);

}  // namespace simdb
