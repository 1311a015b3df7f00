#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simdb::server {

/// What is counted while it serves. Thread-safe.
class Metrics {
 public:
  void count_request(std::string_view route, int status, std::chrono::nanoseconds time);
  void count_answer(std::string_view verdict);
  /// The p-value of the class that an image was decided for.
  void note_p_value(double p);
  /// How much more often small p-values came, among the last kPValues, than images that are like
  /// the items would bring: max over t of the share of those <= t, less t (the one-sided statistic
  /// of Kolmogorov and Smirnov). Of n such images it is above sqrt(ln(20) / 2n) in one case of 20:
  /// 0.039 for 1,000. 0 before the first.
  double drift() const;

  /// Values of this moment: name, what it is, value.
  struct Gauge {
    std::string_view name;
    std::string_view help;
    double value = 0;
  };
  /// Prometheus text format 0.0.4. Labels are routes, statuses and verdicts, never data.
  std::string text(std::span<const Gauge> gauges) const;

 private:
  // Upper bounds of the latencies that are told apart, in seconds.
  static constexpr std::array kBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                         0.1,    0.25,  0.5,    1.0,   2.5,  10.0};
  static constexpr std::size_t kPValues = 1000;

  struct Latency {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};
    double sum = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::pair<std::string_view, int>, std::uint64_t> requests_;
  std::map<std::string_view, Latency> latencies_;
  std::map<std::string_view, std::uint64_t> answers_;
  std::vector<double> p_values_;  // the last ones, round
  std::size_t next_p_value_ = 0;
};

}  // namespace simdb::server
