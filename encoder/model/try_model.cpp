// Runs a model that may be hostile, in a process that it may harm, and says what came of it
// (trial_report_internal.h). See model_trial.h, which starts it:
//   simdb-try-model MEMORY SECONDS NAME < ENCODER.onnx
//   simdb-try-model MEMORY SECONDS NAME INPUT OUTPUT < BACKBONE.onnx
#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <opencv2/core/utility.hpp>
#include <string>
#include <vector>

#include "encoder/model/backbone_features.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_backbone.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/onnx_runner_internal.h"
#include "encoder/model/trial_report_internal.h"
#include "encoder/opencv_internal.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// A sanitizer reserves more addresses than any limit allows, so it has to limit memory itself.
extern "C" const char* __asan_default_options() { return "hard_rss_limit_mb=1536"; }
extern "C" const char* __tsan_default_options() { return "hard_rss_limit_mb=1536"; }
constexpr bool kLimitsAddresses = false;
#else
constexpr bool kLimitsAddresses = true;
#endif

namespace {

using namespace simdb;
using Bytes = std::span<const std::byte>;

// Copies of the weights that two libraries and simdb hold at a time, at most.
constexpr std::uint64_t kCopies = 8;

void limit(int what, std::uint64_t soft, std::uint64_t hard) {
  const rlimit both{soft, hard};
  if (::setrlimit(what, &both) != 0)
    throw Error(ErrorCode::kIo, "can't limit the trial of a model");
}

Bytes read_model() {
  struct stat facts{};
  if (::fstat(STDIN_FILENO, &facts) != 0 || facts.st_size == 0) return {};
  const auto size = static_cast<std::size_t>(facts.st_size);
  const void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  return {static_cast<const std::byte*>(at), size};
}

void set_limits(std::uint64_t memory, std::uint64_t seconds, std::uint64_t model_bytes) {
  std::uint64_t pages = 0;  // that the program and its libraries take
  std::ifstream("/proc/self/statm") >> pages;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_CPU, seconds, seconds + 1);  // at the soft limit it is told why
  const std::uint64_t addresses = pages * page + memory + kCopies * model_bytes;
  if (kLimitsAddresses) limit(RLIMIT_AS, addresses, addresses);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // One thread: each has memory of its own, and what it adds up is then always the same.
  cv::setNumThreads(1);
}

// Batches of all sizes that are run: OpenCV has worked out the shapes when it has read the model,
// ONNX Runtime does so for each batch, so one may cost more than a larger one.
std::vector<std::size_t> batches(RunnerKind kind, std::size_t largest) {
  std::vector<std::size_t> sizes = {1, largest, 1};
  for (std::size_t each = 2; kind == RunnerKind::kOnnxRuntime && each < largest; ++each) {
    sizes.push_back(each);
  }
  return sizes;
}

std::string_view run(RunnerKind kind, Bytes model, const InputSpec& input, bool one_at_a_time,
                     const std::string& name) {
  const std::size_t largest = batch_size(input, one_at_a_time);
  const std::vector<float> planes = trial_planes(input, static_cast<int>(largest));
  const auto values_of = [&](const OnnxRunner& runner, std::size_t images) {
    return runner.try_out(std::span(planes).first(images * input.values())).values;
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

std::string_view try_encoder(Bytes model, const std::string& name) {
  const OnnxEncoder encoder(model, name);
  return run(encoder.runner(), model, encoder.header().input, encoder.header().one_at_a_time, name);
}

std::string_view try_backbone(Bytes file, const std::string& name, const std::string& input,
                              const std::string& output) {
  const BackboneFeatures features(read_backbone(file, name, input_from_json(input), output));
  const Backbone& backbone = features.backbone();
  return run(features.runner(), backbone.model, backbone.input, backbone.one_at_a_time, name);
}

std::string result_of(const std::vector<std::string>& words) {
  const std::string& name = words.at(2);
  try {
    const Bytes model = read_model();
    set_limits(std::stoull(words[0]), std::stoull(words[1]), model.size());
    return std::string(guard_opencv(ErrorCode::kBadInput, "use the model " + name, [&] {
      return words.size() == 3 ? try_encoder(model, name)
                               : try_backbone(model, name, words.at(3), words.at(4));
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
  if (words.size() != 3 && words.size() != 5) {
    std::fputs("simdb-try-model is run by simdb, to try out model files\n", stderr);
    return static_cast<int>(ErrorCode::kUsage);
  }
  // Ctrl-C is meant for who waits for the answer, and ends this process if it wants.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
  const std::string result = result_of(words);
  const bool is_told =
      ::write(STDOUT_FILENO, result.data(), result.size()) == static_cast<ssize_t>(result.size());
  ::_exit(is_told ? 0 : 1);  // an orderly end waits for the threads of libraries
}
