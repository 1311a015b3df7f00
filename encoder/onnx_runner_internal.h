#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "encoder/preprocess.h"

namespace simdb {

/// Images a forward pass: enough to keep the cores busy, few enough that the activations stay in
/// the cache. `one_at_a_time`: for a model that takes batches of 1 only.
std::size_t batch_size(const InputSpec& input, bool one_at_a_time);

/// Runs an ONNX model on batches of preprocessed images with OpenCV's DNN module. A cv::dnn::Net
/// holds activations and serves one thread at a time, so concurrent calls borrow nets from a pool
/// that grows with the number of threads that were ever busy at once. Thread-safe. OpenCV's
/// exceptions pass through: call it inside guard_opencv.
class OnnxRunner {
 public:
  /// `model` must have passed require_runnable for batches of batch_size(): OpenCV trusts it.
  OnnxRunner(std::vector<std::byte> model, const InputSpec& input, bool one_at_a_time = false);
  OnnxRunner(const OnnxRunner&) = delete;
  OnnxRunner& operator=(const OnnxRunner&) = delete;
  ~OnnxRunner();

  struct Output {
    std::vector<int> shape;  ///< rows first
    std::vector<float> values;
  };
  /// Runs one batch of any size: `planes` holds whole images, rows x input.values(). To learn what
  /// the model gives, and that OpenCV can run it. Throws Error(kBadInput) if it gives no floats.
  Output try_out(std::span<const float> planes) const;

  /// Calls fill(first, count, planes) for each batch, from several threads, on all cores; returns
  /// rows x features floats. Throws Error(kBadInput) if the model gives another number of them, and
  /// what `fill` throws.
  using Fill = std::function<void(std::size_t first, std::size_t count, std::span<float> planes)>;
  std::vector<float> run(std::size_t rows, std::size_t features, const Fill& fill) const;

 private:
  struct Lane;

  std::unique_ptr<Lane> make_lane() const;
  std::unique_ptr<Lane> borrow() const;
  void give_back(std::unique_ptr<Lane> lane) const;

  std::vector<std::byte> model_;
  InputSpec input_;
  std::size_t batch_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Lane>> idle_;
};

}  // namespace simdb
