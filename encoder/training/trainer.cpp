#include "encoder/training/trainer.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>
#include <tuple>

#include "core/error.h"
#include "encoder/evaluation.h"
#include "encoder/training/augmentation.h"
#include "encoder/training/batch_sampler.h"
#include "encoder/training/embed.h"
#include "encoder/training/losses.h"
#include "encoder/training/network.h"
#include "encoder/training/onnx_export.h"
#include "encoder/training/optimizer.h"
#include "encoder/training/split.h"

namespace simdb::training {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMinStepsAnEpoch = 10;
constexpr int kCollapsedEpochs = 5;      // in a row with the loss at the margin
constexpr double kCollapsedBand = 0.02;  // of the margin

struct Samples {
  torch::Tensor pixels;  // N x H x W x C bytes
  std::vector<int> labels;
};

Samples all_samples(const LabeledImages& images) { return {pixel_tensor(images), images.labels}; }

Samples select(const Samples& from, const std::vector<std::size_t>& rows) {
  Samples samples;
  const std::vector<std::int64_t> indices(rows.begin(), rows.end());
  samples.pixels = from.pixels.index_select(0, torch::tensor(indices));
  for (const std::size_t row : rows) samples.labels.push_back(from.labels[row]);
  return samples;
}

bool is_better(const EpochReport& a, const EpochReport& b) {
  return std::tuple(a.map_at_r, a.recall_at_1, -a.loss) >
         std::tuple(b.map_at_r, b.recall_at_1, -b.loss);
}

/// What a network is judged on.
class Validation {
 public:
  /// Every image of `queries` is looked up in `gallery`, or among the other queries if there is
  /// none.
  Validation(Samples queries, Samples gallery)
      : queries_(std::move(queries)), gallery_(std::move(gallery)) {}

  RetrievalScore score(Network& network, const InputSpec& input) const {
    const EmbeddingBatch queries = embed(network, queries_.pixels, input);
    if (gallery_.labels.empty()) return leave_one_out(queries, queries_.labels);
    return query_against_gallery(queries, queries_.labels, embed(network, gallery_.pixels, input),
                                 gallery_.labels);
  }

 private:
  Samples queries_;
  Samples gallery_;
};

/// Draws batches, changes them at random and takes the network one step along the loss.
class Learner {
 public:
  Learner(Network& network, const InputSpec& input, const TrainOptions& options,
          const Samples& samples, std::size_t classes, int steps)
      : network_(network),
        input_(input),
        options_(options),
        samples_(samples),
        borders_(border_colors(samples.pixels)),
        sampler_(samples.labels, choose_batch_shape(classes, options.batch), options.seed),
        augmenter_(resolve_augment(options.augment, input.channels, classes, samples.labels.size()),
                   class_making(classes), options.seed),
        optimizer_(network, options, steps),
        loss_(make_loss(options.loss, static_cast<std::int64_t>(classes),
                        options.network.dimension)) {
    optimizer_.add(loss_->parameters());
  }

  /// The loss before the step.
  double step() {
    const Batch batch = sampler_.next();
    const torch::Tensor rows = torch::tensor(batch.rows);
    const torch::Tensor planes = augmenter_(to_planes(samples_.pixels.index_select(0, rows)),
                                            borders_.index_select(0, rows), sampler_.shape())
                                     .planes;
    const torch::Tensor embeddings = network_.forward(normalize_planes(planes, input_));
    const torch::Tensor loss = (*loss_)({embeddings, make_pair_masks(batch.labels, batch.groups),
                                         torch::tensor(batch.labels, torch::kInt64)});
    const double value = loss.item<float>();
    if (std::isfinite(value)) optimizer_.step(loss);
    return value;
  }

 private:
  Network& network_;
  const InputSpec& input_;
  const TrainOptions& options_;
  const Samples& samples_;
  torch::Tensor borders_;
  BatchSampler sampler_;
  Augmenter augmenter_;
  Optimizer optimizer_;
  std::unique_ptr<Loss> loss_;
};

/// Warns once when all embeddings have fallen onto one point: every triplet then costs the margin.
class CollapseWatch {
 public:
  /// `margin` 0 never warns.
  CollapseWatch(double margin, const TrainObserver& observer)
      : margin_(margin), observer_(observer) {}

  void see(const EpochReport& report) {
    const bool at_margin = std::abs(report.loss - margin_) < kCollapsedBand * margin_;
    epochs_ = at_margin ? epochs_ + 1 : 0;
    if (epochs_ == kCollapsedEpochs && observer_.on_warning) {
      observer_.on_warning(fmt::format(
          "the loss has stayed at the margin ({:.3g}) for {} epochs: the embeddings have collapsed "
          "onto one point; try --miner semi-hard, --batch-norm or a lower --learning-rate",
          margin_, kCollapsedEpochs));
    }
  }

 private:
  double margin_;
  const TrainObserver& observer_;
  int epochs_ = 0;
};

std::map<std::string, std::string> make_notes(const LabeledImages& images,
                                              const TrainOptions& options,
                                              const TrainResult& result) {
  return {
      {"trained_with", "simdb " SIMDB_VERSION},
      {"training_data",
       fmt::format("{} images of {} classes", images.size(), images.classes.size())},
      {"training_classes", fmt::format("{}", fmt::join(images.classes, "\n"))},
      {"loss", to_string(options.loss)},
      {"augmentation", to_string(resolve_augment(options.augment, images.input.channels,
                                                 images.classes.size(), result.training_images))},
      {"seed", std::to_string(options.seed)},
      {"epochs", std::to_string(result.best.epoch)},
      {"recall_at_1", fmt::format("{:.4f}", result.best.recall_at_1)},
      {"recall_measured_on", result.validation_images == 0
                                 ? std::string("training images")
                                 : fmt::format("{} validation images", result.validation_images)},
  };
}

void require_matching_input(const LabeledImages& images, const LabeledImages* validation) {
  require_valid(images.input);
  if (validation != nullptr && validation->input != images.input) {
    throw Error(ErrorCode::kBadInput,
                "the validation images were read for another input (size or colour) than the "
                "training images; read both alike");
  }
}

}  // namespace

TrainResult train(const LabeledImages& images, const LabeledImages* validation,
                  const TrainOptions& options, const TrainObserver& observer) {
  require_valid(options);
  require_matching_input(images, validation);
  const Clock::time_point start = Clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  at::set_num_threads(options.threads > 0
                          ? options.threads
                          : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  at::manual_seed(options.seed);

  const Samples all = all_samples(images);
  Samples training = all;
  Samples queries = all;
  Samples gallery;
  TrainResult result;
  if (validation != nullptr) {
    queries = all_samples(*validation);
    result.validation_images = validation->size();
  } else if (const Split split =
                 split_by_class(images.labels, options.validation_share, options.seed);
             !split.validation.empty()) {
    training = select(all, split.train);
    queries = select(all, split.validation);
    gallery = training;
    result.validation_images = split.validation.size();
  }
  result.training_images = training.labels.size();
  const Validation judge(std::move(queries), std::move(gallery));

  const std::size_t classes = images.classes.size();
  const int steps_an_epoch =
      std::max<int>(kMinStepsAnEpoch, static_cast<int>(training.labels.size()) /
                                          choose_batch_shape(classes, options.batch).rows());
  const int steps = steps_an_epoch * options.epochs;

  Network network(images.input, options.network);
  Learner learner(network, images.input, options, training, classes, steps);
  const bool hinge = options.loss.kind == LossKind::kTriplet && !options.loss.soft_margin;
  CollapseWatch collapse(hinge ? *with_own_defaults(options.loss).margin : 0, observer);
  std::vector<torch::Tensor> best_weights = network.copy_weights();
  int done = 0;

  for (int epoch = 1; epoch <= options.epochs && !result.stopped; ++epoch) {
    EpochReport report;
    report.epoch = epoch;
    for (int i = 0; i < steps_an_epoch && !result.stopped; ++i) {
      const double loss = learner.step();
      if (!std::isfinite(loss)) {
        throw Error(ErrorCode::kBadInput,
                    fmt::format("training failed in epoch {}: the loss is {}; lower "
                                "--learning-rate (now {:g}) or try --batch-norm",
                                epoch, loss, options.learning_rate));
      }
      report.loss += loss / steps_an_epoch;
      result.stopped = observer.on_step && !observer.on_step(++done, steps);
    }
    if (result.stopped) break;
    const RetrievalScore score = judge.score(network, images.input);
    report.recall_at_1 = score.recall_at_1;
    report.map_at_r = score.map_at_r;
    report.seconds = seconds();
    report.best = result.history.empty() || is_better(report, result.best);
    if (report.best) {
      result.best = report;
      best_weights = network.copy_weights();
    }
    result.history.push_back(report);
    if (observer.on_epoch) observer.on_epoch(report);
    collapse.see(report);
    if (epoch - result.best.epoch >= options.patience) break;
  }

  if (!result.history.empty()) network.restore_weights(best_weights);
  result.model = export_network(network, images.input);
  result.model.notes = make_notes(images, options, result);
  result.seconds = seconds();
  return result;
}

}  // namespace simdb::training
