#include "encoder/training/time_plan.h"

#include <algorithm>

namespace simdb::training {
namespace {

constexpr int kMostJudgements = 60;
constexpr int kFewestEpochs = 4;

}  // namespace

int judge_every(int epochs) noexcept { return (epochs + kMostJudgements - 1) / kMostJudgements; }

double expected_seconds(const TrainLength& length, const Pace& pace) noexcept {
  const int every = judge_every(length.epochs);
  const int judgements = (length.epochs + every - 1) / every;
  return pace.step * length.epochs * length.steps_an_epoch + pace.judgement * judgements;
}

TrainLength fit_length(const TrainLength& most, const Pace& pace, double seconds) noexcept {
  const auto fits = [&](int epochs, int steps) {
    return expected_seconds({epochs, steps}, pace) <= seconds;
  };
  int low = 0;
  int high = most.epochs;
  while (low < high) {
    const int middle = high - (high - low) / 2;
    if (fits(middle, most.steps_an_epoch)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  const int wanted = std::min(kFewestEpochs, most.epochs);
  if (low >= wanted) return {low, most.steps_an_epoch};
  for (int epochs = wanted; epochs > 1; --epochs) {
    const double left = seconds - epochs * pace.judgement;
    const int steps = static_cast<int>(
        std::clamp(left / (epochs * pace.step), 0.0, static_cast<double>(most.steps_an_epoch)));
    if (steps > 0) return {epochs, steps};
  }
  const double left = std::max(0.0, seconds - pace.judgement);
  return {1, static_cast<int>(
                 std::clamp(left / pace.step, 1.0, static_cast<double>(most.steps_an_epoch)))};
}

}  // namespace simdb::training
