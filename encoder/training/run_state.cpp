#include "encoder/training/run_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

constexpr std::string_view kIdentity = "identity/";
constexpr std::int64_t kColumns = 8;  // of the history

std::string digest(const LabeledImages& images) {
  const Sha256 pixels = sha256(std::as_bytes(std::span(images.pixels)));
  const Sha256 labels = sha256(std::as_bytes(std::span(images.labels)));
  return fmt::format("{} images, SHA-256 {}", images.size(),
                     (to_hex(pixels) + to_hex(labels)).substr(0, 128));
}

/// One row a report; numbers as doubles, so that they come back bit for bit.
torch::Tensor to_tensor(const std::vector<EpochReport>& history) {
  torch::Tensor rows =
      torch::empty({static_cast<std::int64_t>(history.size()), kColumns}, torch::kFloat64);
  auto* value = rows.data_ptr<double>();
  for (const EpochReport& report : history) {
    for (const double number :
         {static_cast<double>(report.epoch), report.loss, report.recall_at_1, report.map_at_r,
          report.spread, report.seconds, report.best ? 1.0 : 0.0, report.measure}) {
      *value++ = number;
    }
  }
  return rows;
}

std::vector<EpochReport> to_history(const torch::Tensor& rows) {
  std::vector<EpochReport> history;
  const auto* value = rows.data_ptr<double>();
  for (std::int64_t i = 0; i < rows.size(0); ++i, value += kColumns) {
    history.push_back({static_cast<int>(value[0]), value[1], value[2], value[3], value[4], value[5],
                       value[6] != 0, value[7]});
    history.back().steady = steady_measure(history);
  }
  return history;
}

}  // namespace

std::map<std::string, std::string> identity(const LabeledImages& images) {
  const InputSpec& input = images.input;
  return {{"input", fmt::format("{} x {} x {}", input.width, input.height, input.channels)},
          {"training images", digest(images)},
          {"program", SIMDB_VERSION}};
}

std::map<std::string, std::string> identity(const LabeledImages& images,
                                            const LabeledImages* validation,
                                            const TrainOptions& options, int threads) {
  std::map<std::string, std::string> facts = describe(options);
  facts.merge(identity(images));
  facts["threads"] = std::to_string(threads);
  facts["validation images"] =
      validation == nullptr ? "of the training images" : digest(*validation);
  if (options.backbone) {
    facts["backbone"] = options.backbone->identity;
    const Sha256 features = sha256(std::as_bytes(std::span(images.features.values)));
    facts["features of the training images"] = "SHA-256 " + to_hex(features);
  }
  return facts;
}

double steady_measure(const std::vector<EpochReport>& history) {
  const std::size_t count = std::min(kSteadyWindow, history.size());
  double sum = 0;
  for (std::size_t i = history.size() - count; i < history.size(); ++i) sum += history[i].measure;
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

bool is_kept(const std::vector<EpochReport>& history, double best) {
  return history.size() <= kSteadyWindow || history.back().steady >= best;
}

int last_gain(const std::vector<EpochReport>& history) {
  constexpr double kChance = 1e-3;
  int epoch = 0;
  double record = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (i >= kSteadyWindow && history[i].steady <= record + kChance) continue;
    epoch = history[i].epoch;
    record = history[i].steady;
  }
  return epoch;
}

TrainLength length_of(const Checkpoint& checkpoint) {
  const auto number = [&](const char* name) {
    const auto found = checkpoint.texts.find(std::string(kIdentity) + name);
    int value = 0;
    if (found != checkpoint.texts.end()) {
      const std::string& text = found->second;
      std::from_chars(text.data(), text.data() + text.size(), value);
    }
    return value;
  };
  const TrainLength length = {number("epochs-at-most"), number("epoch-steps")};
  if (length.epochs > 0) return length;
  throw Error(ErrorCode::kBadInput, "the checkpoint does not say how long its training is");
}

void save(const RunState& state, Checkpoint& checkpoint) {
  checkpoint.tensors["history"] = to_tensor(state.history);
  checkpoint.tensors["best epoch"] = torch::tensor(std::int64_t{state.best.epoch});
  for (std::size_t i = 0; i < state.best_weights.size(); ++i) {
    checkpoint.tensors[fmt::format("best/{}", i)] = state.best_weights[i].cpu();
  }
}

RunState load_run_state(const Checkpoint& checkpoint) {
  const auto history = checkpoint.tensors.find("history");
  const auto best = checkpoint.tensors.find("best epoch");
  if (history == checkpoint.tensors.end() || best == checkpoint.tensors.end() ||
      history->second.dim() != 2 || history->second.size(1) != kColumns ||
      history->second.scalar_type() != torch::kFloat64 || best->second.numel() != 1) {
    throw Error(ErrorCode::kBadInput, "the checkpoint has no history of its training");
  }
  RunState state;
  state.history = to_history(history->second);
  const auto best_epoch = best->second.item<std::int64_t>();
  for (const EpochReport& report : state.history) {
    if (report.epoch == best_epoch) state.best = report;
  }
  for (std::size_t i = 0;; ++i) {
    const auto found = checkpoint.tensors.find(fmt::format("best/{}", i));
    if (found == checkpoint.tensors.end()) break;
    state.best_weights.push_back(found->second);
  }
  return state;
}

void save_identity(const std::map<std::string, std::string>& identity, Checkpoint& checkpoint) {
  for (const auto& [name, value] : identity) {
    checkpoint.texts[std::string(kIdentity) + name] = value;
  }
}

void require_identity(const std::map<std::string, std::string>& identity,
                      const Checkpoint& checkpoint) {
  for (const auto& [name, value] : identity) {
    const auto found = checkpoint.texts.find(std::string(kIdentity) + name);
    const std::string before = found == checkpoint.texts.end() ? "nothing" : found->second;
    if (before == value) continue;
    throw Error(ErrorCode::kBadInput,
                fmt::format("can't go on with this training: its {} was '{}' and is '{}' now; use "
                            "the same data and options, or start again without --resume",
                            name, before, value));
  }
}

}  // namespace simdb::training
