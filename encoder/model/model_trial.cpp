#include "simdb/model_trial.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <vector>

#include "encoder/child_process.h"
#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model_metadata_internal.h"
#include "encoder/model/trial_report_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kProgram = "simdb-try-model";

// What the child says until it ends; cut where the time is over.
struct Answer {
  std::string text;
  bool in_time = true;
};

Answer listen(ChildProcess& child, const TrialOptions& options) {
  constexpr std::size_t kMostText = 1 << 16;
  const Clock::time_point end = Clock::now() + options.wall;
  Answer answer;
  std::array<std::byte, 4096> block{};
  for (std::optional<std::size_t> got; got != 0U; got = child.read(block)) {
    if (answer.text.size() < kMostText)
      answer.text.append(reinterpret_cast<const char*>(block.data()), got.value_or(0));
    if (options.check) options.check();
    answer.in_time = Clock::now() <= end;
    if (!answer.in_time) break;
  }
  return answer;
}

// What is wrong with a model that did harm.
std::string harm_of(const Answer& answer, int signal, const TrialOptions& options) {
  if (answer.text == kOutOfMemory) {
    return "needs more than " + std::to_string(options.memory_bytes >> 20) +
           " MB of memory besides its weights";
  }
  if (signal == SIGXCPU) {
    return "takes more than " + std::to_string(options.cpu.count()) + " s of a core";
  }
  if (!answer.in_time) return "takes more than " + std::to_string(options.wall.count()) + " s";
  if (answer.text == kNotTheSame) return "gives other values for the same picture when read again";
  if (signal != 0) return "crashes what runs it (signal " + std::to_string(signal) + ")";
  return "ends what runs it";
}

// The words are those behind the limits.
void judge(std::span<const std::byte> model, const std::string& name, const TrialOptions& options,
           std::vector<std::string> words) {
  words.insert(words.begin(),
               {std::to_string(options.memory_bytes), std::to_string(options.cpu.count()), name});
  ChildProcess child(options.program.empty() ? kProgram : options.program, std::move(words), model);
  const Answer answer = listen(child, options);
  if (!answer.in_time) child.kill();
  const int signal = answer.in_time ? child.wait().signal : SIGKILL;
  if (signal == 0 && answer.text == kPassed) return;
  if (signal == 0 && answer.text.starts_with(kRefused)) {
    if (!options.must_run) return;
    const std::size_t end = answer.text.find('\n');
    const int code = std::atoi(answer.text.c_str() + kRefused.size());
    throw Error(static_cast<ErrorCode>(code), answer.text.substr(end + 1));
  }
  throw Error(ErrorCode::kBadInput,
              "can't use the model " + name + ": tried out in a process of its own, it " +
                  harm_of(answer, signal, options) +
                  "; get the file again from its source, or take another model");
}

}  // namespace

void judge_encoder(std::span<const std::byte> model, const std::string& name,
                   const TrialOptions& options) {
  judge(model, name, options, {});
}

void judge_decoder(std::span<const std::byte> file, const std::string& name,
                   const TrialOptions& options) {
  judge(file, name, options, {std::string(kDecoderWord)});
}

void judge_backbone(std::span<const std::byte> file, const std::string& name,
                    const InputSpec& input, const std::string& output,
                    const TrialOptions& options) {
  judge(file, name, options, {input_to_json(input), output});
}

}  // namespace simdb
