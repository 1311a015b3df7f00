#include <algorithm>
#include <cmath>
#include <exception>
#include <new>
#include <opencv2/core/utility.hpp>
#include <random>
#include <utility>

#include "encoder/model/onnx_runner_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

std::unique_ptr<OnnxEngine> make_engine(RunnerKind kind, std::vector<std::byte> model,
                                        const InputSpec& input) {
  return kind == RunnerKind::kOpenCv ? make_opencv_engine(std::move(model), input)
                                     : make_onnx_runtime_engine(std::move(model), input);
}

bool is_finite(const OnnxRunner::Output& output) {
  return std::ranges::all_of(output.values, [](float value) { return std::isfinite(value); });
}

}  // namespace

void fail_engine(const std::string& report) {
  for (const char* words : {"Failed to allocate", "bad_alloc", "bad allocation"}) {
    if (report.find(words) != std::string::npos) throw std::bad_alloc();
  }
  throw EngineError(report);
}

std::size_t batch_size(const InputSpec& input, bool one_at_a_time) {
  constexpr std::size_t kMost = 32;
  constexpr std::size_t kPixels = kMost * 64 * 64;
  const std::size_t area = static_cast<std::size_t>(input.width) * input.height;
  return one_at_a_time ? 1 : std::clamp<std::size_t>(kPixels / area, 1, kMost);
}

std::vector<float> trial_planes(const InputSpec& input, int images) {
  std::mt19937 random(1);
  std::vector<std::uint8_t> pixels(input.values());
  std::vector<float> planes(static_cast<std::size_t>(images) * input.values());
  for (int i = 0; i < images; ++i) {
    const auto most = static_cast<std::uint32_t>(256 * (i + 1) / images);
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random() % most);
    normalize_pixels(pixels, input, std::span(planes).subspan(i * input.values(), input.values()));
  }
  return planes;
}

// A net and the input that it is fed from, kept because large blocks fresh from the system cost
// page faults.
struct OnnxRunner::Lane {
  std::unique_ptr<OnnxNet> net;
  std::vector<float> planes;
};

OnnxRunner::OnnxRunner(RunnerKind kind, std::vector<std::byte> model, const InputSpec& input,
                       bool one_at_a_time)
    : kind_(kind),
      input_(input),
      batch_(batch_size(input, one_at_a_time)),
      engine_(make_engine(kind, std::move(model), input)) {}

OnnxRunner::~OnnxRunner() = default;

std::unique_ptr<OnnxRunner::Lane> OnnxRunner::borrow() const {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      auto lane = std::move(idle_.back());
      idle_.pop_back();
      return lane;
    }
  }
  return std::make_unique<Lane>(Lane{engine_->make_net(), {}});
}

void OnnxRunner::give_back(std::unique_ptr<Lane> lane) const {
  const std::scoped_lock lock(mutex_);
  idle_.push_back(std::move(lane));
}

void OnnxRunner::make_ready() const { give_back(borrow()); }

OnnxRunner::Output OnnxRunner::try_out(std::span<const float> planes) const {
  auto lane = borrow();
  lane->planes.assign(planes.begin(), planes.end());
  OnnxNet::Output output = lane->net->forward(lane->planes, true);
  Output result{std::move(output.shape), {output.values.begin(), output.values.end()}};
  give_back(std::move(lane));
  return result;
}

std::vector<float> OnnxRunner::run(std::size_t rows, std::size_t features, const Fill& fill) const {
  std::vector<float> values(rows * features);
  std::exception_ptr failure;
  const auto batches = static_cast<int>((rows + batch_ - 1) / batch_);
  const auto run_batches = [&](const cv::Range& range) {
    try {
      auto lane = borrow();
      for (int batch = range.start; batch < range.end; ++batch) {
        const std::size_t first = static_cast<std::size_t>(batch) * batch_;
        const std::size_t count = std::min(batch_, rows - first);
        lane->planes.resize(count * input_.values());
        fill(first, count, std::span(lane->planes));
        const OnnxNet::Output output = lane->net->forward(lane->planes, batches == 1);
        if (output.values.size() != count * features) {
          throw Error(ErrorCode::kBadInput,
                      "the model's output does not have the shape that it announces");
        }
        std::ranges::copy(output.values, values.data() + first * features);
      }
      give_back(std::move(lane));
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      failure = std::current_exception();
    }
  };
  // Each of many batches stays on its core; one alone has all of them.
  if (batches > 1) {
    cv::parallel_for_(cv::Range(0, batches), run_batches, batches);
  } else if (batches == 1) {
    run_batches(cv::Range(0, 1));
  }
  if (failure) std::rethrow_exception(failure);
  return values;
}

ChosenRunner choose_runner(std::span<const RunnerKind> kinds, std::span<const std::byte> model,
                           const InputSpec& input, bool one_at_a_time,
                           std::span<const float> planes, std::size_t rows) {
  const std::size_t step = rows * input.values();
  ChosenRunner first;
  std::string failures;
  for (const RunnerKind kind : kinds) {
    try {
      ChosenRunner tried;
      tried.runner = std::make_unique<OnnxRunner>(kind, std::vector(model.begin(), model.end()),
                                                  input, one_at_a_time);
      if (planes.empty()) tried.runner->make_ready();
      for (std::size_t begin = 0; begin < planes.size(); begin += step) {
        tried.outputs.push_back(tried.runner->try_out(planes.subspan(begin, step)));
      }
      if (std::ranges::all_of(tried.outputs, is_finite)) return tried;
      if (first.runner == nullptr) first = std::move(tried);
    } catch (const std::bad_alloc&) {
      throw;  // it says nothing of the model
    } catch (const std::exception& e) {
      failures += (failures.empty() ? "" : "; ") + to_text(kind) + " can't run it: " + e.what();
    }
  }
  if (first.runner != nullptr) return first;
  throw EngineError(failures + (has_onnx_runtime() ? ""
                                                   : "; a simdb that is built with ONNX Runtime "
                                                     "may (docs/backbones.md)"));
}

}  // namespace simdb
