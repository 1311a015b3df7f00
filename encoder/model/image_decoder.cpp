#include "simdb/image_decoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "encoder/model/onnx_model_decoder.h"
#include "encoder/model/onnx_model_decoder_internal.h"
#include "encoder/model/onnx_runner_internal.h"
#include "encoder/opencv_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

std::uint8_t to_byte(float value) {
  constexpr float kMost = 255;
  // Also for NaN, which compares with nothing.
  if (!(value > 0)) return 0;
  return static_cast<std::uint8_t>(std::lround(std::min(value, 1.0F) * kMost));
}

void require_code(const ImageDecoder& decoder, std::span<const float> code) {
  if (code.size() != decoder.code_size()) {
    throw Error(ErrorCode::kUsage, "a code of this decoder has " +
                                       std::to_string(decoder.code_size()) + " floats, not " +
                                       std::to_string(code.size()));
  }
}

/// Along the arc between two unit vectors; along the line where they are opposite or equal.
void turn(std::span<const float> from, std::span<const float> to, double share,
          std::span<float> result) {
  double product = 0;
  for (std::size_t i = 0; i < from.size(); ++i) product += double{from[i]} * to[i];
  const double angle = std::acos(std::clamp(product, -1.0, 1.0));
  const double sine = std::sin(angle);
  constexpr double kLeastSine = 1e-4;
  const double first = sine > kLeastSine ? std::sin((1 - share) * angle) / sine : 1 - share;
  const double second = sine > kLeastSine ? std::sin(share * angle) / sine : share;
  for (std::size_t i = 0; i < from.size(); ++i) {
    result[i] = static_cast<float>(first * from[i] + second * to[i]);
  }
}

}  // namespace

InputSpec code_input(const DecoderHeader& header) {
  InputSpec input;
  input.width = 1;
  input.height = 1;
  input.channels = static_cast<int>(header.code_size());
  return input;
}

std::vector<float> trial_codes(const DecoderHeader& header, std::size_t rows) {
  std::mt19937 random(1);
  std::vector<float> codes(rows * header.code_size());
  for (float& value : codes) value = static_cast<float>(random() % 2001) / 1000 - 1;
  return codes;
}

struct ImageDecoder::State {
  State(std::span<const std::byte> file, const std::string& name)
      : header(read_decoder_header(file, name)), code_shape(code_input(header)) {
    constexpr std::size_t kRows = 2;  // one hides a batch dimension that is not free
    const std::size_t pixels = header.input.values();
    to_code = choose(name, header.code_runners, header.to_code, header.input,
                     trial_planes(header.input, kRows), kRows * header.code_size());
    to_picture = choose(name, header.picture_runners, header.to_picture, code_shape,
                        trial_codes(header, kRows), kRows * pixels);
    header.to_code = {};  // the runners have them
    header.to_picture = {};
  }

  // Finds out at once, not at the first image, what can't be run.
  static std::unique_ptr<OnnxRunner> choose(const std::string& name,
                                            std::span<const RunnerKind> kinds,
                                            std::span<const std::byte> model,
                                            const InputSpec& input, std::vector<float> planes,
                                            std::size_t values) {
    return guard_opencv(ErrorCode::kBadInput, "use the model " + name, [&] {
      ChosenRunner chosen = choose_runner(kinds, model, input, /*one_at_a_time=*/false, planes,
                                          planes.size() / input.values());
      if (chosen.outputs.at(0).values.size() != values) {
        throw Error(ErrorCode::kBadInput,
                    "can't use the model " + name +
                        ": its output does not have the shape that it announces");
      }
      return std::move(chosen.runner);
    });
  }

  DecoderHeader header;
  InputSpec code_shape;
  std::unique_ptr<OnnxRunner> to_code;
  std::unique_ptr<OnnxRunner> to_picture;
};

ImageDecoder::ImageDecoder(std::span<const std::byte> file, const std::string& name)
    : state_(std::make_unique<State>(file, name)) {}

ImageDecoder::~ImageDecoder() = default;

std::size_t ImageDecoder::latent() const noexcept { return state_->header.latent; }
std::span<const CodePart> ImageDecoder::parts() const noexcept { return state_->header.encoders; }
std::size_t ImageDecoder::code_size() const noexcept {
  return static_cast<std::size_t>(state_->code_shape.channels);
}
int ImageDecoder::width() const noexcept { return state_->header.input.width; }
int ImageDecoder::height() const noexcept { return state_->header.input.height; }
int ImageDecoder::channels() const noexcept { return state_->header.input.channels; }
const DecoderHeader& ImageDecoder::header() const noexcept { return state_->header; }

RunnerKind ImageDecoder::code_runner() const noexcept { return state_->to_code->kind(); }
RunnerKind ImageDecoder::picture_runner() const noexcept { return state_->to_picture->kind(); }

Image ImageDecoder::fit(const Image& image) const {
  require_consistent(image);
  return fit_to_input(image, state_->header.input);
}

std::vector<float> ImageDecoder::encode(std::span<const Image> images) const {
  for (std::size_t i = 0; i < images.size(); ++i) {
    try {
      require_consistent(images[i]);
    } catch (const Error& e) {
      throw Error(e.code(), "image " + std::to_string(i + 1) + ": " + e.what());
    }
  }
  const InputSpec& input = state_->header.input;
  return guard_opencv(ErrorCode::kInternal, "encode images", [&] {
    return state_->to_code->run(images.size(), code_size(),
                                [&](std::size_t first, std::size_t count, std::span<float> planes) {
                                  for (std::size_t i = 0; i < count; ++i) {
                                    preprocess(images[first + i], input,
                                               planes.subspan(i * input.values(), input.values()));
                                  }
                                });
  });
}

std::vector<Image> ImageDecoder::decode(std::span<const float> codes) const {
  const std::size_t size = code_size();
  if (codes.size() % size != 0) {
    throw Error(ErrorCode::kUsage, "codes of this decoder have " + std::to_string(size) +
                                       " floats each; " + std::to_string(codes.size()) +
                                       " are no whole number of them");
  }
  if (!std::ranges::all_of(codes, [](float value) { return std::isfinite(value); })) {
    throw Error(ErrorCode::kUsage, "a code holds a number that is not finite");
  }
  const InputSpec& input = state_->header.input;
  const std::size_t rows = codes.size() / size;
  const std::vector<float> planes = guard_opencv(ErrorCode::kInternal, "decode codes", [&] {
    return state_->to_picture->run(
        rows, input.values(), [&](std::size_t first, std::size_t count, std::span<float> batch) {
          std::ranges::copy(codes.subspan(first * size, count * size), batch.begin());
        });
  });
  const auto channels = static_cast<std::size_t>(input.channels);
  const std::size_t area = input.values() / channels;
  std::vector<Image> images(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    Image& image = images[row];
    image.width = input.width;
    image.height = input.height;
    image.channels = input.channels;
    image.pixels.resize(input.values());
    const float* plane = planes.data() + row * input.values();
    for (std::size_t i = 0; i < input.values(); ++i) {
      image.pixels[i % area * channels + i / area] = to_byte(plane[i]);
    }
  }
  return images;
}

std::vector<float> code_between(const ImageDecoder& decoder, std::span<const float> from,
                                std::span<const float> to, double share) {
  require_code(decoder, from);
  require_code(decoder, to);
  std::vector<float> code(from.size());
  for (std::size_t i = 0; i < decoder.latent(); ++i) {
    code[i] = static_cast<float>((1 - share) * from[i] + share * to[i]);
  }
  for (const CodePart& part : decoder.parts()) {
    turn(from.subspan(part.first, part.size), to.subspan(part.first, part.size), share,
         std::span(code).subspan(part.first, part.size));
  }
  return code;
}

double psnr(const Image& a, const Image& b) {
  require_consistent(a);
  require_consistent(b);
  if (a.width != b.width || a.height != b.height || a.channels != b.channels) {
    throw Error(ErrorCode::kUsage, "images of different sizes can't be compared");
  }
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double difference = static_cast<double>(a.pixels[i]) - b.pixels[i];
    sum += difference * difference;
  }
  if (sum == 0) return std::numeric_limits<double>::infinity();
  constexpr double kMost = 255;
  return 10 * std::log10(kMost * kMost * static_cast<double>(a.pixels.size()) / sum);
}

}  // namespace simdb
