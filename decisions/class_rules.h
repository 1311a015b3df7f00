#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "decisions/calibration_state.h"
#include "simdb/calibration.h"

namespace simdb {

/// Throws Error(kUsage) unless 0 < alpha < 1.
void require_alpha(double alpha);
/// How many scores calibrate a class at least: so many that a p-value of alpha is possible.
std::size_t least_scores(double alpha);

/// Which similarity makes a class possible at one alpha, and with which p-value. Classes go by
/// their place in CalibrationState::classes. Immutable; thread-safe.
class ClassRules {
 public:
  /// Throws Error(kUsage) unless 0 < alpha < 1.
  ClassRules(std::shared_ptr<const CalibrationState> state, double alpha);

  const CalibrationState& state() const noexcept { return *state_; }
  double alpha() const noexcept { return alpha_; }

  CalibratedBy calibrated_by(std::uint32_t place) const { return rules_[place].by; }
  /// p_value(place, s) > alpha where s >= threshold(place), and nowhere else; infinite where the
  /// class is uncalibrated.
  float threshold(std::uint32_t place) const { return rules_[place].threshold; }
  /// How many scores calibrate a class, and how many of them are no larger than a similarity.
  struct Rank {
    std::size_t no_larger = 0;
    std::size_t scores = 0;
  };
  /// Zeros where the class is uncalibrated.
  Rank rank(std::uint32_t place, float similarity) const;
  /// 0 where the class is uncalibrated.
  double p_value(std::uint32_t place, float similarity) const;

  /// The median score of a class, drawn to that of all classes; lower for classes of images that
  /// differ more.
  float typical(std::uint32_t place) const { return typical_[place]; }
  float typical_of_all() const noexcept { return typical_of_all_; }
  /// Groups per class; 0 without classes.
  double mean_groups() const noexcept { return mean_groups_; }

  /// Calibrated classes of the lowest thresholds, ascending: all, or more than kLowest.
  std::span<const std::uint32_t> lowest() const noexcept { return lowest_; }
  static constexpr std::size_t kLowest = 256;

 private:
  struct Rule {
    CalibratedBy by = CalibratedBy::kNothing;
    std::uint32_t shots = 0;  // of a class that is calibrated over classes
    float threshold = 0;

    bool is_calibrated() const { return by != CalibratedBy::kNothing; }
  };
  // Scores, sorted but in the search for a rule, of which one may be that of the class itself: it
  // does not count.
  struct Scores {
    std::span<const float> values;
    const float* own = nullptr;
  };

  void find_typical();
  void draw_sources();
  void sort_over_classes(std::uint32_t shots);
  void pool_items();
  Rule by_own_images(const ClassScores& scores) const;
  Rule by_classes(std::uint32_t place);
  Rule by_all_items(const ClassScores& scores) const;
  Scores scores_over_classes(std::uint32_t place, std::uint32_t shots) const;

  const std::shared_ptr<const CalibrationState> state_;
  const double alpha_;
  std::vector<bool> is_source_;  // one per class
  // c_m of the sources for 1, 2, ... groups; sorted where a rule goes by them.
  std::vector<std::vector<float>> over_classes_;
  std::vector<bool> is_sorted_;
  std::vector<float> of_all_items_;  // sorted
  std::vector<Rule> rules_;
  std::vector<std::uint32_t> lowest_;
  std::vector<float> typical_;  // one per class
  float typical_of_all_ = 0;
  double mean_groups_ = 0;
};

}  // namespace simdb
