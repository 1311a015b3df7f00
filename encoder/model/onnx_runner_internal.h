#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_engine_internal.h"

namespace simdb {

/// Images a forward pass: enough to keep the cores busy, few enough that the activations stay in
/// the cache. `one_at_a_time`: for a model that takes batches of 1 only.
std::size_t batch_size(const InputSpec& input, bool one_at_a_time);

/// Planes of so many images of noise, the same in every run, of different brightness, so that the
/// mean over an image differs too: to find out what a model makes of images.
std::vector<float> trial_planes(const InputSpec& input, int images);

/// Runs an ONNX model on batches of preprocessed images. A net holds activations and serves one
/// thread at a time, so concurrent calls borrow nets from a pool that grows with the number of
/// threads that were ever busy at once. Thread-safe. OpenCV's exceptions pass through, and
/// EngineError: call it inside guard_opencv.
class OnnxRunner {
 public:
  /// `model` is one that find_runners gives to `kind`, and that may be trusted.
  OnnxRunner(RunnerKind kind, std::vector<std::byte> model, const InputSpec& input,
             bool one_at_a_time);
  OnnxRunner(const OnnxRunner&) = delete;
  OnnxRunner& operator=(const OnnxRunner&) = delete;
  ~OnnxRunner();

  RunnerKind kind() const noexcept { return kind_; }

  struct Output {
    std::vector<int> shape;  ///< rows first
    std::vector<float> values;
  };
  /// Reads the model into a net, which the first batch then finds ready.
  void make_ready() const;

  /// Runs one batch of any size: `planes` holds whole images, rows x input.values(). To learn what
  /// the model gives, and that it can be run.
  Output try_out(std::span<const float> planes) const;

  /// Calls fill(first, count, planes) for each batch, from several threads, on all cores; returns
  /// rows x features floats. Throws Error(kBadInput) if the model gives another number of them, and
  /// what `fill` throws.
  using Fill = std::function<void(std::size_t first, std::size_t count, std::span<float> planes)>;
  std::vector<float> run(std::size_t rows, std::size_t features, const Fill& fill) const;

 private:
  struct Lane;

  std::unique_ptr<Lane> borrow() const;
  void give_back(std::unique_ptr<Lane> lane) const;

  RunnerKind kind_;
  InputSpec input_;
  std::size_t batch_;
  std::unique_ptr<OnnxEngine> engine_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Lane>> idle_;
};

struct ChosenRunner {
  std::unique_ptr<OnnxRunner> runner;
  std::vector<OnnxRunner::Output> outputs;  ///< of the batches that it was tried with
};

/// The first of `kinds` that runs `planes` in batches of `rows` and gives finite values; if none
/// does, the first that runs them. Without planes the first that can read the model. Throws
/// EngineError, with what each of them says and a remedy, if none can.
ChosenRunner choose_runner(std::span<const RunnerKind> kinds, std::span<const std::byte> model,
                           const InputSpec& input, bool one_at_a_time,
                           std::span<const float> planes, std::size_t rows);

}  // namespace simdb
