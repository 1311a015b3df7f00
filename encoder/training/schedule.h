#pragma once

#include <string_view>

namespace simdb::training {

/// How the learning rate moves over a training.
enum class ScheduleKind {
  kCosine,    ///< rises along a line while it warms up, then falls to 0 along a half cosine
  kOneCycle,  ///< rises from 1/25 for three tenths of the steps, then falls to 0, both along half
              ///< cosines (Smith, "Super-Convergence", 2018)
};

ScheduleKind parse_schedule(std::string_view name);  ///< Throws Error(kUsage) naming the choices.
std::string_view to_string(ScheduleKind schedule) noexcept;

/// The share of the highest learning rate for `step` (from 0) of `steps`; `warmup` is the share of
/// the steps that kCosine warms up for. In (0, 1].
double learning_rate_share(ScheduleKind schedule, double warmup, int step, int steps) noexcept;

}  // namespace simdb::training
