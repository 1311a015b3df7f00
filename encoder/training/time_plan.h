#pragma once

namespace simdb::training {

/// How fast a training is on this machine.
struct Pace {
  double step = 0;       ///< seconds per batch
  double judgement = 0;  ///< seconds to judge the network once
};

/// How long a training is: its learning rate falls to 0 at the end of the last epoch.
struct TrainLength {
  int epochs = 1;
  int steps_an_epoch = 1;

  friend bool operator==(const TrainLength&, const TrainLength&) = default;
};

/// The network is judged after every so many epochs, at most 60 times in a training.
int judge_every(int epochs) noexcept;

/// What a training of this length takes, in seconds.
double expected_seconds(const TrainLength& length, const Pace& pace) noexcept;

/// The longest training that is expected to end within `seconds`, of at most `most.epochs` epochs.
/// Where fewer than 4 epochs of `most.steps_an_epoch` steps fit, epochs become shorter instead, so
/// that there is something to choose from; where not even 4 judgements fit, there are fewer. Never
/// less than one step. Pure.
TrainLength fit_length(const TrainLength& most, const Pace& pace, double seconds) noexcept;

}  // namespace simdb::training
