#include "encoder/training/decoder_trainer.h"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <random>
#include <utility>

#include "core/parallel.h"
#include "encoder/training/decoder_learner.h"
#include "encoder/training/embed.h"
#include "encoder/training/frozen_encoder.h"
#include "encoder/training/photographs.h"
#include "encoder/training/run_state.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostReports = 40;
constexpr std::size_t kMostValidation = 1000;
// Where there are so few images, setting some aside costs more than what they tell.
constexpr std::size_t kFewImages = 20;
constexpr const char* kHistory = "decoder history";

struct Split {
  std::vector<std::size_t> training;
  std::vector<std::size_t> validation;
};

/// The same for the same seed on every machine.
Split split_rows(std::size_t count, const DecoderOptions& options) {
  std::vector<std::size_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  std::mt19937_64 random(options.seed);
  for (std::size_t i = count; i > 1; --i) std::swap(rows[i - 1], rows[random() % i]);
  std::size_t aside =
      std::min(kMostValidation,
               static_cast<std::size_t>(static_cast<double>(count) * options.validation_share));
  if (count < kFewImages) aside = 0;
  Split split{{rows.begin() + static_cast<std::ptrdiff_t>(aside), rows.end()},
              {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(aside)}};
  std::ranges::sort(split.training);
  std::ranges::sort(split.validation);
  return split;
}

torch::Tensor rows_of(const torch::Tensor& all, const std::vector<std::size_t>& rows) {
  const std::vector<std::int64_t> indices(rows.begin(), rows.end());
  return all.index_select(0, torch::tensor(indices, torch::kInt64));
}

/// See DecoderResult::mean_image_psnr.
double psnr_of_means(const LabeledImages& images, const torch::Tensor& pixels,
                     const std::vector<std::size_t>& training,
                     const std::vector<std::size_t>& judged) {
  std::map<int, std::vector<std::size_t>> by_class;
  for (const std::size_t row : training) by_class[images.labels[row]].push_back(row);
  const torch::Tensor all = to_planes(rows_of(pixels, training)).mean(0, /*keepdim=*/true);
  std::map<int, torch::Tensor> means;
  double sum = 0;
  for (const std::size_t row : judged) {
    const int label = images.labels[row];
    if (!means.contains(label)) {
      means[label] = by_class.contains(label)
                         ? to_planes(rows_of(pixels, by_class[label])).mean(0, /*keepdim=*/true)
                         : all;
    }
    sum += mean_psnr(means[label], to_planes(rows_of(pixels, {row})));
  }
  return sum / static_cast<double>(judged.size());
}

std::map<std::string, std::string> identity_of(const LabeledImages& images,
                                               std::span<const ConditionEncoder> encoders,
                                               const DecoderOptions& options, int threads) {
  std::map<std::string, std::string> facts = describe(options);
  facts.merge(identity(images));
  facts["threads"] = std::to_string(threads);
  for (const ConditionEncoder& encoder : encoders) facts["encoders"] += encoder.fingerprint + " ";
  return facts;
}

torch::Tensor to_tensor(const std::vector<DecoderReport>& history) {
  std::vector<double> values;
  for (const DecoderReport& report : history) {
    values.insert(values.end(), {static_cast<double>(report.step), report.error, report.divergence,
                                 report.consistency, report.psnr, report.seconds});
  }
  return torch::tensor(values, torch::kFloat64).view({-1, 6});
}

std::vector<DecoderReport> to_history(const Checkpoint& checkpoint) {
  const auto found = checkpoint.tensors.find(kHistory);
  if (found == checkpoint.tensors.end() || found->second.dim() != 2 || found->second.size(1) != 6 ||
      found->second.scalar_type() != torch::kFloat64) {
    throw Error(ErrorCode::kBadInput, "the checkpoint has no history of its training");
  }
  std::vector<DecoderReport> history;
  const double* value = found->second.contiguous().data_ptr<double>();
  for (std::int64_t i = 0; i < found->second.size(0); ++i, value += 6) {
    history.push_back(
        {static_cast<int>(value[0]), value[1], value[2], value[3], value[4], value[5]});
  }
  return history;
}

void add_notes(const LabeledImages& images, const DecoderOptions& options, std::size_t trained,
               DecoderResult& result) {
  auto& notes = result.model.notes;
  for (const auto& [name, value] : describe(options)) notes[name] = value;
  notes["trained_with"] = "simdb " SIMDB_VERSION;
  notes["training_data"] = fmt::format("{} images of {} classes", trained, images.classes.size());
  if (!result.history.empty()) {
    notes["psnr"] = fmt::format("{:.2f}", result.history.back().psnr);
    notes["psnr_measured_on"] =
        result.validation_rows.empty()
            ? std::string("training images")
            : fmt::format("{} validation images", result.validation_rows.size());
  }
}

}  // namespace

InputSpec decoder_input(std::span<const ConditionEncoder> encoders) {
  if (encoders.empty()) {
    throw Error(ErrorCode::kUsage, "a decoder needs an encoder: --encoder FILE.onnx");
  }
  InputSpec input = encoders.front().model.input;
  input.mean.fill(0);
  input.scale.fill(1);
  input.views = 1;
  for (const ConditionEncoder& encoder : encoders) {
    const InputSpec& other = encoder.model.input;
    input.channels = std::max(input.channels, other.channels);
    if (other.width == input.width && other.height == input.height &&
        other.resize == input.resize && other.background == input.background) {
      continue;
    }
    throw Error(ErrorCode::kBadInput,
                fmt::format("the encoders {} and {} see images of {} x {} and {} x {} pixels, or "
                            "fit them in other ways; train both with the same --size and --resize",
                            encoders.front().name, encoder.name, input.width, input.height,
                            other.width, other.height));
  }
  return input;
}

DecoderResult train_decoder(const LabeledImages& images, std::span<const ConditionEncoder> encoders,
                            const DecoderOptions& wanted, const DecoderObserver& observer,
                            std::span<const std::byte> resume) {
  require_valid(wanted);
  if (images.input != decoder_input(encoders) || images.size() == 0) {
    throw Error(ErrorCode::kBadInput, "the images were not read for the decoder's input");
  }
  DecoderOptions options = wanted;
  options.augment = decoder_augment(wanted.augment, images.input.channels, images.classes.size(),
                                    images.size(), looks_like_photographs(images));
  const int threads = options.threads > 0 ? options.threads : static_cast<int>(core_count());
  at::set_num_threads(threads);
  at::manual_seed(options.seed);

  const torch::Tensor pixels = pixel_tensor(images);
  const Split split = split_rows(images.size(), options);
  DecoderResult result;
  result.validation_rows = split.validation;
  const std::vector<std::size_t>& judged_rows =
      split.validation.empty() ? split.training : split.validation;
  const torch::Tensor judged = to_planes(rows_of(pixels, judged_rows));
  result.mean_image_psnr = psnr_of_means(images, pixels, split.training, judged_rows);

  std::vector<FrozenEncoder> frozen;
  for (const ConditionEncoder& encoder : encoders) frozen.emplace_back(encoder.model);
  DecoderLearner learner(rows_of(pixels, split.training), images.input, frozen, options);
  const auto identity = identity_of(images, encoders, options, threads);
  if (!resume.empty()) {
    const Checkpoint checkpoint = decode_checkpoint(resume, "the checkpoint");
    require_identity(identity, checkpoint);
    learner.restore(checkpoint);
    result.history = to_history(checkpoint);
  }
  const double before = result.history.empty() ? 0 : result.history.back().seconds;
  const auto start = Clock::now();
  const auto seconds = [&] {
    return before + std::chrono::duration<double>(Clock::now() - start).count();
  };
  const int between = std::max(1, (options.steps + kMostReports - 1) / kMostReports);
  DecoderReport sums;
  int summed = 0;
  const auto report = [&] {
    DecoderReport found{learner.steps_done(),     sums.error / summed,
                        sums.divergence / summed, sums.consistency / summed,
                        learner.psnr_of(judged),  seconds()};
    sums = {};
    summed = 0;
    result.history.push_back(found);
    if (observer.on_report) observer.on_report(found);
  };
  while (learner.steps_done() < options.steps && !result.stopped) {
    const DecoderStep step = learner.step();
    if (!step.is_finite) {
      throw Error(ErrorCode::kBadInput,
                  fmt::format("the loss is not a number after {} steps; choose a --learning-rate "
                              "below {}",
                              learner.steps_done(), options.learning_rate));
    }
    sums.error += step.error;
    sums.divergence += step.divergence;
    sums.consistency += step.consistency;
    ++summed;
    const int done = learner.steps_done();
    if (done % between == 0 || done == options.steps) {
      report();
      if (observer.on_checkpoint) {
        Checkpoint checkpoint;
        save_identity(identity, checkpoint);
        learner.save(checkpoint);
        checkpoint.tensors[kHistory] = to_tensor(result.history);
        observer.on_checkpoint(encode_checkpoint(checkpoint));
      }
    }
    const bool goes_on =
        !observer.on_step ||
        observer.on_step(static_cast<std::size_t>(done), static_cast<std::size_t>(options.steps));
    result.stopped = !goes_on && done < options.steps;
  }
  if (result.stopped && summed > 0) report();
  result.model = learner.export_average();
  result.model.encoders.assign(encoders.begin(), encoders.end());
  result.seconds = seconds();
  add_notes(images, options, split.training.size(), result);
  return result;
}

}  // namespace simdb::training
