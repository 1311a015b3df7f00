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

namespace simdb::server {

/// What is counted while it serves. Thread-safe.
class Metrics {
 public:
  void count_request(std::string_view route, int status, std::chrono::nanoseconds time);
  void count_answer(std::string_view verdict);

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
  struct Latency {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};
    double sum = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::pair<std::string_view, int>, std::uint64_t> requests_;
  std::map<std::string_view, Latency> latencies_;
  std::map<std::string_view, std::uint64_t> answers_;
};

}  // namespace simdb::server
