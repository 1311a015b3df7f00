// Runs a model that may be hostile, in a process that it may harm, and says what came of it
// (trial_report_internal.h). See model_trial.h, which starts it:
//   simdb-try-model MEMORY SECONDS NAME < ENCODER.onnx
//   simdb-try-model MEMORY SECONDS NAME decoder < DECODER.onnx
//   simdb-try-model MEMORY SECONDS NAME INPUT OUTPUT < BACKBONE.onnx
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>
#include <opencv2/core/utility.hpp>
#include <span>
#include <string>
#include <vector>

#include "encoder/child_limits.h"
#include "encoder/model/backbone_features.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_backbone.h"
#include "encoder/model/onnx_model_decoder.h"
#include "encoder/model/onnx_model_decoder_internal.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/onnx_runner_internal.h"
#include "encoder/model/trial_report_internal.h"
#include "encoder/opencv_internal.h"
#include "simdb/error.h"
#include "simdb/image_decoder.h"
#include "simdb/onnx_encoder.h"

namespace {

using namespace simdb;
using Bytes = std::span<const std::byte>;

// Copies of the weights that two libraries and simdb hold at a time, at most.
constexpr std::uint64_t kCopies = 8;

// Batches of all sizes that are run: OpenCV has worked out the shapes when it has read the model,
// ONNX Runtime does so for each batch, so one may cost more than a larger one.
std::vector<std::size_t> batches(RunnerKind kind, std::size_t largest) {
  std::vector<std::size_t> sizes = {1, largest, 1};
  for (std::size_t each = 2; kind == RunnerKind::kOnnxRuntime && each < largest; ++each) {
    sizes.push_back(each);
  }
  return sizes;
}

// `planes` hold a whole batch.
std::string_view run(RunnerKind kind, Bytes model, const InputSpec& input, bool one_at_a_time,
                     std::span<const float> planes, const std::string& name) {
  const std::size_t largest = batch_size(input, one_at_a_time);
  const auto values_of = [&](const OnnxRunner& runner, std::size_t images) {
    return runner.try_out(planes.first(images * input.values())).values;
  };
  // What a net makes of memory that nobody wrote to differs when it is read anew.
  constexpr int kPattern = 0x5A;
  constexpr int kOtherPattern = 0xA5;
  ::mallopt(M_PERTURB, kPattern);
  const auto first =
      values_of(OnnxRunner(kind, {model.begin(), model.end()}, input, one_at_a_time), 1);
  ::mallopt(M_PERTURB, kOtherPattern);
  const OnnxRunner runner(kind, {model.begin(), model.end()}, input, one_at_a_time);
  bool is_finite = false;
  for (const std::size_t images : batches(kind, largest)) {
    const auto values = values_of(runner, images);
    const bool same = values.size() == first.size() &&
                      std::memcmp(values.data(), first.data(), first.size() * sizeof(float)) == 0;
    if (images == 1 && !same) return kNotTheSame;
    is_finite = is_finite || std::ranges::any_of(values, [](float x) { return std::isfinite(x); });
  }
  if (is_finite) return kPassed;
  throw Error(ErrorCode::kBadInput,
              "can't use the model " + name + ": it gives no finite values for pictures of noise");
}

std::string_view run_on_noise(RunnerKind kind, Bytes model, const InputSpec& input,
                              bool one_at_a_time, const std::string& name) {
  const auto images = static_cast<int>(batch_size(input, one_at_a_time));
  return run(kind, model, input, one_at_a_time, trial_planes(input, images), name);
}

std::string_view try_encoder(Bytes model, const std::string& name) {
  const OnnxEncoder encoder(model, name);
  const ModelHeader& header = encoder.header();
  return run_on_noise(encoder.runner(), model, header.input, header.one_at_a_time, name);
}

// Both graphs; a code is fed as a picture of one pixel.
std::string_view try_decoder(Bytes file, const std::string& name) {
  const DecoderHeader header = read_decoder_header(file, name);
  const ImageDecoder decoder(file, name);
  const std::string_view first =
      run_on_noise(decoder.code_runner(), header.to_code, header.input, false, name);
  if (first != kPassed) return first;
  const InputSpec code = code_input(header);
  return run(decoder.picture_runner(), header.to_picture, code, false,
             trial_codes(header, batch_size(code, false)), name);
}

std::string_view try_backbone(Bytes file, const std::string& name, const std::string& input,
                              const std::string& output) {
  const BackboneFeatures features(read_backbone(file, name, input_from_json(input), output));
  const Backbone& backbone = features.backbone();
  return run_on_noise(features.runner(), backbone.model, backbone.input, backbone.one_at_a_time,
                      name);
}

std::string result_of(const std::vector<std::string>& words) {
  const std::string& name = words.at(2);
  try {
    const Bytes model = map_input();
    limit_child(std::stoull(words[0]) + kCopies * model.size(), std::stoull(words[1]));
    // One thread: each has memory of its own, and what it adds up is then always the same.
    cv::setNumThreads(1);
    return std::string(guard_opencv(ErrorCode::kBadInput, "use the model " + name, [&] {
      if (words.size() == 3) return try_encoder(model, name);
      if (words.size() == 4) return try_decoder(model, name);
      return try_backbone(model, name, words.at(3), words.at(4));
    }));
  } catch (const std::bad_alloc&) {
    return std::string(kOutOfMemory);
  } catch (const Error& e) {
    return std::string(kRefused) + std::to_string(static_cast<int>(e.code())) + '\n' + e.what();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool is_decoder = words.size() == 4 && words[3] == kDecoderWord;
  if (words.size() != 3 && !is_decoder && words.size() != 5) {
    std::fputs("simdb-try-model is run by simdb, to try out model files\n", stderr);
    return static_cast<int>(ErrorCode::kUsage);
  }
  const std::string result = result_of(words);
  const bool is_told = tell_parent(std::as_bytes(std::span(result)));
  ::_exit(is_told ? 0 : 1);  // an orderly end waits for the threads of libraries
}
