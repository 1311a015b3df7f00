#pragma once

#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

#include "encoder/training/checkpoint.h"
#include "encoder/training/samples.h"
#include "encoder/training/time_plan.h"
#include "encoder/training/train_options.h"
#include "encoder/training/trainer.h"

namespace simdb::training {

/// What a training has found so far, apart from what the learner moves.
struct RunState {
  std::vector<EpochReport> history;
  EpochReport best;                         ///< epoch 0: none yet
  std::vector<torch::Tensor> best_weights;  ///< in the order of Network::state()

  int epoch() const noexcept { return history.empty() ? 0 : history.back().epoch; }
};

/// Of the images, what must be the same for any training on them to go on.
std::map<std::string, std::string> identity(const LabeledImages& images);

/// Everything that must be the same for a training to go on: names and values, for people to read.
std::map<std::string, std::string> identity(const LabeledImages& images,
                                            const LabeledImages* validation,
                                            const TrainOptions& options, int threads);

inline constexpr std::size_t kSteadyWindow = 3;

/// EpochReport::steady of the last report: one lucky judgement does not decide. 0 without any.
double steady_measure(const std::vector<EpochReport>& history);

/// Whether the weights of the last report are kept in place of those with the steady measure
/// `best`: if theirs is as good, and always while it is the mean of fewer than three.
bool is_kept(const std::vector<EpochReport>& history, double best);

/// The epoch of the last report whose steady measure was above all before it by more than 0.001;
/// less is chance. The first three count as gains. 0 without any. What stops a training counts from
/// here.
int last_gain(const std::vector<EpochReport>& history);

/// How long the training is that the checkpoint belongs to. Throws Error(kBadInput) if it does not
/// say.
TrainLength length_of(const Checkpoint& checkpoint);

void save(const RunState& state, Checkpoint& checkpoint);
/// Throws Error(kBadInput) if the checkpoint has no such state.
RunState load_run_state(const Checkpoint& checkpoint);

void save_identity(const std::map<std::string, std::string>& identity, Checkpoint& checkpoint);
/// Throws Error(kBadInput), naming what differs and both values.
void require_identity(const std::map<std::string, std::string>& identity,
                      const Checkpoint& checkpoint);

}  // namespace simdb::training
