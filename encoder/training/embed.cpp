#include "encoder/training/embed.h"

#include <algorithm>

namespace simdb::training {

torch::Tensor pixel_tensor(const LabeledImages& images) {
  const auto& input = images.input;
  const torch::Tensor pixels = torch::empty(
      {static_cast<std::int64_t>(images.size()), input.height, input.width, input.channels},
      torch::kUInt8);
  std::copy(images.pixels.begin(), images.pixels.end(), pixels.data_ptr<std::uint8_t>());
  return pixels;
}

torch::Tensor to_planes(const torch::Tensor& pixels) {
  return pixels.permute({0, 3, 1, 2}).to(torch::kFloat32).contiguous() / 255;
}

torch::Tensor normalize_planes(const torch::Tensor& planes, const InputSpec& input) {
  const auto a_channel = [&](const std::array<float, 3>& values) {
    return torch::tensor(std::vector<float>(values.begin(), values.begin() + input.channels))
        .view({1, -1, 1, 1});
  };
  return (planes - a_channel(input.mean)) / a_channel(input.scale);
}

namespace {

torch::Tensor view_of(const torch::Tensor& pixels, const InputSpec& input, int number) {
  if (number == 0) return pixels;
  const torch::Tensor fitted = pixels.contiguous();
  torch::Tensor views = torch::empty_like(fitted);
  const std::size_t values = input.values();
  const std::span from(fitted.data_ptr<std::uint8_t>(), static_cast<std::size_t>(fitted.numel()));
  const std::span to(views.data_ptr<std::uint8_t>(), from.size());
  for (std::size_t i = 0; i < from.size(); i += values) {
    write_view(from.subspan(i, values), input, number, to.subspan(i, values));
  }
  return views;
}

}  // namespace

EmbeddingBatch embed(TrainableEncoder& encoder, const torch::Tensor& pixels, const InputSpec& input,
                     int views) {
  constexpr std::int64_t kRows = 512;
  const torch::NoGradGuard no_gradients;
  const bool was_training = encoder.is_training();
  encoder.eval();
  EmbeddingBatch embeddings(static_cast<std::size_t>(encoder.dimension()));
  embeddings.reserve(static_cast<std::size_t>(pixels.size(0)));
  const torch::Device device = encoder.device();
  for (std::int64_t begin = 0; begin < pixels.size(0); begin += kRows) {
    const torch::Tensor part = pixels.slice(0, begin, begin + kRows);
    torch::Tensor rows;
    for (int view = 0; view < views; ++view) {
      const torch::Tensor seen = encoder.prepare(view_of(part, input, view), input);
      const torch::Tensor embedded = encoder.forward(seen.to(device)).cpu();
      rows = view == 0 ? embedded.contiguous() : rows + embedded;
    }
    const std::size_t dimension = embeddings.dimension();
    const std::span values(rows.data_ptr<float>(), static_cast<std::size_t>(rows.numel()));
    for (std::size_t i = 0; i < values.size(); i += dimension) {
      embeddings.append_normalized(values.subspan(i, dimension));
    }
  }
  encoder.train(was_training);
  return embeddings;
}

}  // namespace simdb::training
