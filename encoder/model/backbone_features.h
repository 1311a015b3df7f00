#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/progress.h"
#include "encoder/model/onnx_model_backbone.h"
#include "simdb/digest.h"

namespace simdb {

/// Turns images into the features of a backbone, with OpenCV's DNN module or, where that can't and
/// simdb is built with it, with ONNX Runtime. Immutable and thread-safe.
class BackboneFeatures {
 public:
  /// Runs the backbone on a few pictures of noise. An output N x channels x height x width is
  /// pooled (pool_output). A model that does not treat the images of a batch each by itself is run
  /// one image at a time. Throws Error(kBadInput), naming the model and the remedy, if no runner
  /// can run it or if it gives something else than a row of features per image.
  explicit BackboneFeatures(Backbone backbone);
  BackboneFeatures(BackboneFeatures&& other) noexcept;  ///< `other` may then only be assigned to
  BackboneFeatures& operator=(BackboneFeatures&& other) noexcept;
  ~BackboneFeatures();

  /// As given, with what was found out and the output pooled: what write_backbone_model takes.
  const Backbone& backbone() const noexcept;

  /// Floats per image.
  std::size_t dimension() const noexcept;

  /// False if a picture of noise had a feature below 0.
  bool is_nonnegative() const noexcept;

  RunnerKind runner() const noexcept;

  /// SHA-256 of all that the features of an image depend on: model, input, the runner's version.
  const Sha256& key() const noexcept;

  /// `pixels` holds whole images as fit_to_input leaves them. Row-major, images x dimension(), not
  /// normalised; on all cores. `progress` counts images; when it returns false the result has fewer
  /// rows. Throws Error(kUsage) if the last image is cut, Error(kBadInput) if a feature is not
  /// finite.
  std::vector<float> compute(std::span<const std::uint8_t> pixels,
                             const ProgressCallback& progress = {}) const;

  /// The same with another mean and scale, those of `input`, which otherwise is the backbone's.
  std::vector<float> compute_scaled(std::span<const std::uint8_t> pixels, const InputSpec& input,
                                    const ProgressCallback& progress = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace simdb
