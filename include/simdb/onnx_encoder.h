#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "simdb/image_encoder.h"

namespace simdb {

enum class RunnerKind;
struct ModelHeader;

/// True for 16, 32, ... 512: the lengths of embeddings that models may give.
constexpr bool is_model_dimension(std::size_t dimension) noexcept {
  return dimension != 0 && dimension % 16 == 0 && dimension <= 512;
}

/// Throws Error(kUsage) unless is_model_dimension(dimension).
void require_model_dimension(std::size_t dimension);

/// Runs an exported model with OpenCV's DNN module or, where that can't and simdb is built with it,
/// with ONNX Runtime. Immutable and thread-safe: calls from several threads run side by side, and
/// one call spreads its batches over the cores.
class OnnxEncoder final : public ImageEncoder {
 public:
  /// Runs the model at once, on two images of noise. A model from elsewhere must have passed
  /// judge_encoder before. Throws Error(kBadInput), naming `name`, if `model` is no simdb model
  /// file (see read_onnx_header) or no runner can run it.
  explicit OnnxEncoder(std::span<const std::byte> model, const std::string& name = "in memory");
  ~OnnxEncoder() override;

  /// Of an image with several views (InputSpec::views) the normalised mean of their embeddings.
  EmbeddingBatch encode(std::span<const Image> images) const override;
  std::size_t dimension() const noexcept override;
  const std::string& fingerprint() const noexcept override;

  const ModelHeader& header() const noexcept;
  RunnerKind runner() const noexcept;

  /// `planes` holds rows x header().input.values() preprocessed floats, each row one view; the
  /// result is normalised by the graph. Throws Error(kUsage) for another number of floats.
  EmbeddingBatch encode_planes(std::span<const float> planes) const;

 private:
  struct State;
  explicit OnnxEncoder(std::unique_ptr<State> state);
  friend std::shared_ptr<const ImageEncoder> load_onnx_encoder(std::span<const std::byte> model,
                                                               const std::string& fingerprint);
  std::unique_ptr<State> state_;
};

/// Bytes of a model file, at most 256 MB; errors as read_file.
std::vector<std::byte> read_model_file(const std::filesystem::path& path);

/// An EncoderLoader for Database::open. `model` is what the database was made with, by its SHA-256
/// `fingerprint`: it was judged then, and is not hashed, checked or tried out again (with two
/// runners to choose from it is run on two images of noise). Throws Error(kBadInput) if no runner
/// can read it.
std::shared_ptr<const ImageEncoder> load_onnx_encoder(std::span<const std::byte> model,
                                                      const std::string& fingerprint);

}  // namespace simdb
