#include "encoder/training/schedule.h"

#include <array>
#include <cmath>
#include <numbers>

#include "encoder/training/option_names_internal.h"

namespace simdb::training {
namespace {

constexpr std::array<NamedValue<ScheduleKind>, 2> kSchedules = {
    {{"cosine", ScheduleKind::kCosine}, {"one-cycle", ScheduleKind::kOneCycle}}};

/// From 1 at 0 to 0 at 1.
double half_cosine(double progress) noexcept {
  return 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace

ScheduleKind parse_schedule(std::string_view name) {
  return find_choice(kSchedules, "schedule", name);
}

std::string_view to_string(ScheduleKind schedule) noexcept { return name_of(kSchedules, schedule); }

double learning_rate_share(ScheduleKind schedule, double warmup, int step, int steps) noexcept {
  constexpr double kRise = 0.3;
  constexpr double kStart = 1.0 / 25;
  const bool one_cycle = schedule == ScheduleKind::kOneCycle;
  const double rise = (one_cycle ? kRise : warmup) * steps;
  if (step < rise) {
    if (one_cycle) return 1 - (1 - kStart) * half_cosine(step / rise);
    return (step + 1) / (rise + 1);
  }
  return half_cosine((step - rise) / (steps - rise));
}

}  // namespace simdb::training
