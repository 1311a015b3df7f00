#include "encoder/training/trainer.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "core/parallel.h"
#include "encoder/training/baselines.h"
#include "encoder/training/batch_sampler.h"
#include "encoder/training/drawn_classes.h"
#include "encoder/training/embed.h"
#include "encoder/training/learner.h"
#include "encoder/training/made_classes.h"
#include "encoder/training/make_head.h"
#include "encoder/training/new_classes.h"
#include "encoder/training/photographs.h"
#include "encoder/training/run_state.h"
#include "encoder/training/samples.h"
#include "encoder/training/time_plan.h"
#include "encoder/training/train_checks_internal.h"
#include "encoder/training/train_notes_internal.h"
#include "encoder/training/typical_classes.h"
#include "encoder/training/validation.h"
#include "encoder/training/yardstick.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMinStepsAnEpoch = 10;
constexpr double kNormalQuantile = 1.96;  // of 95 %
constexpr int kFewestPatience = 10;

/// One training from its first step, or from a checkpoint, to the model.
class Training {
 public:
  Training(const LabeledImages& images, const LabeledImages* validation,
           const TrainOptions& options, const TrainObserver& observer)
      : images_(images),
        options_(options),
        observer_(observer),
        validation_classes_(validation == nullptr ? images.classes : validation->classes),
        validation_images_(validation == nullptr ? images : *validation),
        identity_(identity(images, validation, options, at::get_num_threads())),
        training_classes_(images.classes.size()),
        validation_(set_aside(validation)),
        yardstick_(validation_, options.seed),
        steps_an_epoch_(options.steps_an_epoch > 0 ? options.steps_an_epoch : natural_steps()),
        steps_(steps_an_epoch_ * options.epochs),
        encoder_(make_encoder(images.input, training_.pixels, options)),
        learner_(*encoder_, images.input, options, training_, training_classes_, steps_) {}

  /// Before anything moves. Draws no random number and leaves the network as it is.
  void view_untrained() { untrained_ = embed_queries(); }

  /// A head that starts as a good one is kept as it is unless training makes it better.
  void judge_start() {
    if (!encoder_->penalty().defined()) return;
    start_judgement_ = validation_.judge(*encoder_, images_.input).retrieval;
    start_weights_ = encoder_->copy_weights();
    start_score_ = score_all_classes(start_baseline(), images_, options_.seed);
  }

  void resume(std::span<const std::byte> bytes) {
    const Checkpoint checkpoint = decode_checkpoint(bytes, "the checkpoint");
    require_identity(identity_, checkpoint);
    learner_.restore(checkpoint);
    state_ = load_run_state(checkpoint);
    if (!state_.history.empty()) seconds_before_ = state_.history.back().seconds;
  }

  /// Trains and judges to see how long it takes; no training goes on from here.
  Pace measure_pace(double seconds) {
    constexpr double kShare = 0.03;
    constexpr int kMostSteps = 20;
    learner_.step();  // the first one makes room
    const Clock::time_point start = Clock::now();
    int steps = 0;
    double spent = 0;
    while (steps < 2 || (steps < kMostSteps && spent < kShare * seconds)) {
      learner_.step();
      ++steps;
      spent = seconds_since(start);
    }
    const Clock::time_point judged = Clock::now();
    validation_.judge(*encoder_, images_.input);
    return {spent / steps, seconds_since(judged)};
  }

  std::vector<BaselineScore> measure_baselines() {
    std::vector<Baseline> baselines = trivial_baselines();
    if (encoder_->penalty().defined()) baselines.push_back(start_baseline());
    return yardstick_.judge_all(baselines, observer_.rivals, validation_images_, images_);
  }

  /// `spread` of the score is by how much draws of the classes set aside differ; 0: not known.
  void set_measured(std::vector<BaselineScore> baselines, double spread) noexcept {
    baselines_ = std::move(baselines);
    spread_ = spread;
  }

  int steps_an_epoch() const noexcept { return steps_an_epoch_; }

  /// Its `seconds` is left to the caller.
  TrainPlan plan() const {
    TrainPlan plan;
    plan.epochs = options_.epochs;
    plan.steps_an_epoch = steps_an_epoch_;
    plan.training_images = true_images_;
    plan.training_classes = true_classes_;
    plan.validation_images = validation_.images();
    plan.validation_classes = validation_.classes();
    plan.new_classes = validation_.kind() == ValidationKind::kClasses;
    plan.baselines = baselines_;
    return plan;
  }

  TrainResult run() {
    start_ = Clock::now();
    int epoch = state_.epoch();
    while (epoch < stops_at() && !is_late(epoch)) {
      const int epochs = std::min(judge_every(options_.epochs), options_.epochs - epoch);
      const double loss = learn(epoch, epochs);
      if (stopped_) break;
      epoch += epochs;
      judge(epoch, loss);
      checkpoint();
    }
    return finish();
  }

 private:
  /// The head, of which this is asked before its first step.
  Baseline start_baseline() const {
    return network_baseline(options_.backbone->start_name, *encoder_);
  }

  Validation set_aside(const LabeledImages* validation) {
    training_ = all_samples(images_);
    Validation aside = validation == nullptr
                           ? Validation::split(Samples(training_), options_, training_)
                           : Validation::on(all_samples(*validation), options_);
    true_images_ = training_.size();
    true_classes_ = std::set<int>(training_.labels.begin(), training_.labels.end()).size();
    MadeClasses all = {std::move(training_), training_classes_};
    if (options_.made_classes) all = make_classes(all.samples, all.classes, options_.seed);
    all = draw_classes(std::move(all), options_.drawn_classes, options_.seed);
    training_ = std::move(all.samples);
    training_classes_ = all.classes;
    return aside;
  }

  /// As the model does; epochs by one view, which is quicker, and heads, whose features are of one.
  EmbeddingBatch embed_queries() {
    return embed(*encoder_, validation_.queries().pixels, images_.input,
                 options_.backbone ? 1 : options_.test_views);
  }

  int natural_steps() const {
    const int rows = choose_batch_shape(training_classes_, options_.batch).rows();
    return std::max(kMinStepsAnEpoch, static_cast<int>(true_images_) / rows);
  }

  static double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
  double seconds() const { return seconds_before_ + seconds_since(start_); }

  /// The epoch after which training ends if nothing gains any more.
  int stops_at() const {
    return std::min(options_.epochs, last_gain(state_.history) + options_.patience);
  }

  /// The time limit holds also where the machine has become slower than it was in the first steps.
  bool is_late(int epoch) const {
    if (options_.time_limit == 0 || seconds() < options_.time_limit || epoch == 0) return false;
    if (observer_.on_warning) {
      observer_.on_warning(fmt::format(
          "the time limit came after epoch {} of {}: the machine was slower than in the "
          "first steps, and the learning rate had not come down",
          epoch, options_.epochs));
    }
    return true;
  }

  /// The mean loss.
  double learn(int epoch, int epochs) {
    const int steps = epochs * steps_an_epoch_;
    double sum = 0;
    for (int i = 1; i <= steps && !stopped_; ++i) {
      const double loss = learner_.step();
      if (!std::isfinite(loss)) {
        throw Error(ErrorCode::kBadInput,
                    fmt::format("training failed in epoch {}: the loss is {}; lower "
                                "--learning-rate (now {:g}) or try --batch-norm",
                                epoch + 1, loss, options_.learning_rate));
      }
      sum += loss;
      stopped_ = observer_.on_step && !observer_.on_step(epoch * steps_an_epoch_ + i, steps_);
    }
    return sum / steps;
  }

  /// Of the averaged weights; the network goes on with its own.
  void judge(int epoch, double loss) {
    const std::vector<torch::Tensor> weights = encoder_->copy_weights();
    encoder_->restore_weights(learner_.average());
    const Judgement judgement = validation_.judge(*encoder_, images_.input);
    EpochReport report;
    report.epoch = epoch;
    report.loss = loss;
    report.recall_at_1 = judgement.retrieval.recall_at_1;
    report.map_at_r = judgement.retrieval.map_at_r;
    report.spread = judgement.spread;
    report.measure = report.map_at_r;
    if (yardstick_.has_new_classes()) {
      report.measure =
          yardstick_.score(to_tensor(judgement.queries), yardstick_.all_ways()).accuracy;
    }
    report.seconds = seconds();
    state_.history.push_back(report);
    EpochReport& last = state_.history.back();
    last.steady = steady_measure(state_.history);
    last.stops_at = stops_at();
    last.best = is_kept(state_.history, state_.best.steady);
    if (last.best) {
      state_.best = last;
      state_.best_weights = encoder_->copy_weights();
    }
    encoder_->restore_weights(weights);
    if (observer_.on_epoch) observer_.on_epoch(last);
    warn_of_collapse(state_.history, observer_.on_warning);
  }

  void checkpoint() const {
    if (!observer_.on_checkpoint) return;
    Checkpoint checkpoint;
    save_identity(identity_, checkpoint);
    save(state_, checkpoint);
    learner_.save(checkpoint);
    observer_.on_checkpoint(encode_checkpoint(checkpoint));
  }

  TrainResult finish() {
    TrainResult result;
    result.history = state_.history;
    result.best = state_.best;
    if (!state_.history.empty()) {
      result.kept_start = start_judgement_ && start_judgement_->map_at_r > state_.best.map_at_r;
      encoder_->restore_weights(result.kept_start ? start_weights_ : state_.best_weights);
    }
    if (result.kept_start) {
      result.best.recall_at_1 = start_judgement_->recall_at_1;
      result.best.map_at_r = start_judgement_->map_at_r;
    }
    result.training_images = true_images_;
    result.training_classes = true_classes_;
    result.baselines = baselines_;
    result.validation_images = validation_.images();
    measure_new_classes(result);
    if (untrained_) result.view = view();
    result.stopped = stopped_;
    encoder_->to(torch::kCPU);
    result.model.input = images_.input;
    result.model.input.views = options_.test_views;
    result.model.layers = encoder_->export_layers();
    result.model.notes = make_notes(options_, images_, training_.labels, result);
    result.seconds = seconds();
    return result;
  }

  ValidationView view() {
    const Samples& queries = validation_.queries();
    const torch::Tensor pixels = queries.pixels.contiguous();
    const std::span bytes(pixels.data_ptr<std::uint8_t>(),
                          static_cast<std::size_t>(pixels.numel()));
    return {validation_classes_,
            queries.labels,
            {bytes.begin(), bytes.end()},
            *untrained_,
            embed_queries()};
  }

  void measure_new_classes(TrainResult& result) {
    const bool is_new = validation_.kind() == ValidationKind::kClasses;
    const NewClassScore score =
        is_new ? yardstick_.score(to_tensor(embed_queries())) : start_score_;
    result.new_classes = is_new ? validation_.classes() : 0;
    result.new_class_measured = score.accuracy;
    result.new_class_accuracy = is_new ? expected(score.accuracy, baselines_) : score.accuracy;
    result.new_class_interval = spread_ > 0 ? kNormalQuantile * spread_ : score.interval;
    result.new_class_ways = score.ways;
    result.new_class_shots = score.shots;
  }

  const LabeledImages& images_;
  const TrainOptions& options_;
  const TrainObserver& observer_;
  Clock::time_point start_ = Clock::now();
  double seconds_before_ = 0;
  const std::vector<std::string>& validation_classes_;
  const LabeledImages& validation_images_;
  std::map<std::string, std::string> identity_;
  Samples training_;
  std::size_t true_images_ = 0;
  std::size_t true_classes_ = 0;
  std::size_t training_classes_;  ///< with those that are made
  Validation validation_;
  Yardstick yardstick_;
  int steps_an_epoch_;
  int steps_;
  std::unique_ptr<TrainableEncoder> encoder_;
  Learner learner_;
  RunState state_;
  std::optional<EmbeddingBatch> untrained_;
  std::optional<RetrievalScore> start_judgement_;
  std::vector<torch::Tensor> start_weights_;
  NewClassScore start_score_;
  std::vector<BaselineScore> baselines_;
  double spread_ = 0;
  bool stopped_ = false;
};

/// Fits the epochs of `options` to their time limit, of which what it took since `start` is taken
/// off; the baselines are measured then too. A training that goes on keeps its length. Returns the
/// seconds expected, 0 without a limit.
double set_length(const LabeledImages& images, const LabeledImages* validation,
                  const TrainObserver& observer, std::span<const std::byte> resume,
                  Clock::time_point start, TrainOptions& options,
                  std::vector<BaselineScore>& baselines) {
  constexpr double kReserve = 0.9;
  double expected = 0;
  if (options.time_limit > 0 && !resume.empty()) {
    const TrainLength length = length_of(decode_checkpoint(resume, "the checkpoint"));
    options.epochs = length.epochs;
    options.steps_an_epoch = length.steps_an_epoch;
  } else if (options.time_limit > 0) {
    at::manual_seed(options.seed);
    TrainOptions brief = options;
    brief.epochs = 1;
    TrainObserver nobody;
    nobody.rivals = observer.rivals;
    Training trial(images, validation, brief, nobody);
    baselines = trial.measure_baselines();
    const Pace pace = trial.measure_pace(options.time_limit);
    const std::chrono::duration<double> spent = Clock::now() - start;
    options.time_limit = std::max(1e-3, options.time_limit - spent.count());
    const int steps = trial.steps_an_epoch();
    const TrainLength length =
        fit_length({options.epochs, steps}, pace, kReserve * options.time_limit);
    if (length.steps_an_epoch < steps) options.steps_an_epoch = length.steps_an_epoch;
    options.epochs = length.epochs;
    expected = expected_seconds(length, pace);
  }
  if (options.patience == 0) options.patience = std::max(kFewestPatience, options.epochs / 3);
  return expected;
}

}  // namespace

TrainResult train(const LabeledImages& images, const LabeledImages* validation,
                  const TrainOptions& options, const TrainObserver& observer,
                  std::span<const std::byte> resume) {
  const Clock::time_point start = Clock::now();
  require_valid(options);
  require_matching_input(images, validation, options);
  require_device(options.device);
  at::set_num_threads(options.threads > 0 ? options.threads : static_cast<int>(core_count()));
  TrainOptions resolved = options;
  resolved.augment = resolve_augment(options.augment, images.input.channels, images.classes.size(),
                                     images.size(), looks_like_photographs(images));
  const double spread = validation == nullptr ? choose_split(images, resolved) : 0;
  std::vector<BaselineScore> baselines;
  const double seconds =
      set_length(images, validation, observer, resume, start, resolved, baselines);
  at::manual_seed(options.seed);
  Training training(images, validation, resolved, observer);
  if (baselines.empty()) baselines = training.measure_baselines();
  training.set_measured(std::move(baselines), spread);
  if (observer.on_plan) {
    TrainPlan plan = training.plan();
    plan.seconds = seconds;
    observer.on_plan(plan);
  }
  if (observer.wants_view) training.view_untrained();
  training.judge_start();
  if (!resume.empty()) training.resume(resume);
  return training.run();
}

}  // namespace simdb::training
