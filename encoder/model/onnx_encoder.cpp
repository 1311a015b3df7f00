#include "simdb/onnx_encoder.h"

#include <algorithm>
#include <utility>

#include "core/file_io.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_runner_internal.h"
#include "encoder/opencv_internal.h"
#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::uint64_t kMaxModelBytes = 256u << 20;

// The rows from `first` on of all images' views.
void fill_views(std::span<const Image> images, const InputSpec& input, std::size_t first,
                std::size_t count, std::span<float> planes) {
  const std::size_t values = input.values();
  const auto views = static_cast<std::size_t>(input.views);
  Image fitted;
  std::vector<std::uint8_t> view(values);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = first + i;
    if (i == 0 || row % views == 0) fitted = fit_to_input(images[row / views], input);
    write_view(fitted.pixels, input, static_cast<int>(row % views), view);
    normalize_pixels(view, input, planes.subspan(i * values, values));
  }
}

}  // namespace

struct OnnxEncoder::State {
  State(ModelHeader read, std::string digest)
      : header(std::move(read)), fingerprint(std::move(digest)) {}

  ModelHeader header;
  std::string fingerprint;
  std::unique_ptr<OnnxRunner> runner = nullptr;

  // Finds out at once, not at the first image, what can't be run. Two images, because a batch of
  // one hides a batch dimension that is not as free as it says.
  void choose(std::span<const std::byte> model, const std::string& name, bool try_out) {
    guard_opencv(ErrorCode::kBadInput, "use the model " + name, [&] {
      const std::size_t rows = header.one_at_a_time ? 1 : 2;
      const std::vector<float> planes = trial_planes(header.input, try_out ? rows : 0);
      ChosenRunner chosen =
          choose_runner(header.runners, model, header.input, header.one_at_a_time, planes, rows);
      if (try_out && chosen.outputs.at(0).values.size() != rows * header.dimension) {
        throw Error(ErrorCode::kBadInput,
                    "can't use the model " + name +
                        ": its output does not have the shape that it announces");
      }
      runner = std::move(chosen.runner);
    });
  }

  // `fill` gives `views` rows per image.
  EmbeddingBatch run(std::size_t images, std::size_t views, const OnnxRunner::Fill& fill) const {
    std::vector<float> features = runner->run(images * views, header.dimension, fill);
    EmbeddingBatch embeddings(header.dimension);
    embeddings.reserve(images);
    for (std::size_t i = 0; i < images; ++i) {
      float* sum = features.data() + i * views * header.dimension;
      for (std::size_t k = header.dimension; k < views * header.dimension; ++k) {
        sum[k % header.dimension] += sum[k];
      }
      try {
        embeddings.append_normalized(std::span<const float>(sum, header.dimension));
      } catch (const Error&) {
        throw Error(ErrorCode::kBadInput,
                    "image " + std::to_string(i + 1) + ": the encoder finds no features in it");
      }
    }
    return embeddings;
  }
};

OnnxEncoder::OnnxEncoder(std::unique_ptr<State> state) : state_(std::move(state)) {}

OnnxEncoder::OnnxEncoder(std::span<const std::byte> model, const std::string& name)
    : state_(std::make_unique<State>(read_onnx_header(model, name), to_hex(sha256(model)))) {
  state_->choose(model, name, true);
}

OnnxEncoder::~OnnxEncoder() = default;

EmbeddingBatch OnnxEncoder::encode(std::span<const Image> images) const {
  for (std::size_t i = 0; i < images.size(); ++i) {
    try {
      require_consistent(images[i]);
    } catch (const Error& e) {
      throw Error(e.code(), "image " + std::to_string(i + 1) + ": " + e.what());
    }
  }
  const InputSpec& input = state_->header.input;
  const std::size_t values = input.values();
  const auto views = static_cast<std::size_t>(input.views);
  return guard_opencv(ErrorCode::kInternal, "encode images", [&] {
    return state_->run(images.size(), views,
                       [&](std::size_t first, std::size_t count, std::span<float> planes) {
                         if (views > 1) return fill_views(images, input, first, count, planes);
                         for (std::size_t i = 0; i < count; ++i) {
                           preprocess(images[first + i], input, planes.subspan(i * values, values));
                         }
                       });
  });
}

EmbeddingBatch OnnxEncoder::encode_planes(std::span<const float> planes) const {
  const std::size_t values = state_->header.input.values();
  if (planes.size() % values != 0) {
    throw Error(ErrorCode::kUsage, "planes do not hold a whole number of model inputs");
  }
  return guard_opencv(ErrorCode::kInternal, "encode images", [&] {
    return state_->run(planes.size() / values, 1,
                       [&](std::size_t first, std::size_t count, std::span<float> batch) {
                         std::copy_n(planes.begin() + static_cast<std::ptrdiff_t>(first * values),
                                     count * values, batch.begin());
                       });
  });
}

std::size_t OnnxEncoder::dimension() const noexcept { return state_->header.dimension; }
const std::string& OnnxEncoder::fingerprint() const noexcept { return state_->fingerprint; }
RunnerKind OnnxEncoder::runner() const noexcept { return state_->runner->kind(); }
const ModelHeader& OnnxEncoder::header() const noexcept { return state_->header; }

void require_model_dimension(std::size_t dimension) {
  if (!is_model_dimension(dimension)) {
    throw Error(ErrorCode::kUsage, "dimension " + std::to_string(dimension) +
                                       " is not a multiple of 16 between 16 and 512");
  }
}

std::vector<std::byte> read_model_file(const std::filesystem::path& path) {
  return read_file(path, kMaxModelBytes);
}

std::shared_ptr<const ImageEncoder> load_onnx_encoder(std::span<const std::byte> model,
                                                      const std::string& fingerprint) {
  const std::string name = "in the database";
  auto state = std::make_unique<OnnxEncoder::State>(read_pinned_header(model, name), fingerprint);
  state->choose(model, name, state->header.runners.size() > 1);
  return std::shared_ptr<const OnnxEncoder>(new OnnxEncoder(std::move(state)));
}

}  // namespace simdb
