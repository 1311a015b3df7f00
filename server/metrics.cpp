#include "server/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace simdb::server {

void Metrics::count_request(std::string_view route, int status, std::chrono::nanoseconds time) {
  const double seconds = std::chrono::duration<double>(time).count();
  const auto bucket = std::ranges::lower_bound(kBounds, seconds) - kBounds.begin();
  const std::lock_guard lock(mutex_);
  ++requests_[{route, status}];
  Latency& latency = latencies_[route];
  ++latency.counts[static_cast<std::size_t>(bucket)];
  latency.sum += seconds;
}

void Metrics::count_answer(std::string_view verdict) {
  const std::lock_guard lock(mutex_);
  ++answers_[verdict];
}

void Metrics::note_p_value(double p) {
  const std::lock_guard lock(mutex_);
  if (p_values_.size() < kPValues) {
    p_values_.push_back(p);
  } else {
    p_values_[next_p_value_++ % kPValues] = p;
  }
}

double Metrics::drift() const {
  std::vector<double> sorted;
  {
    const std::lock_guard lock(mutex_);
    sorted = p_values_;
  }
  std::ranges::sort(sorted);
  double most = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double share = static_cast<double>(i + 1) / static_cast<double>(sorted.size());
    most = std::max(most, share - sorted[i]);
  }
  return most;
}

std::string Metrics::text(std::span<const Gauge> gauges) const {
  std::string text;
  const auto out = std::back_inserter(text);
  const auto describe = [&](std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(out, "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  };
  for (const Gauge& gauge : gauges) {
    describe(gauge.name, "gauge", gauge.help);
    fmt::format_to(out, "{} {}\n", gauge.name, gauge.value);
  }
  const std::lock_guard lock(mutex_);
  describe("simdb_requests_total", "counter", "Requests, by route and status.");
  for (const auto& [key, count] : requests_) {
    fmt::format_to(out, "simdb_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", key.first,
                   key.second, count);
  }
  describe("simdb_answers_total", "counter", "Images decided, by verdict.");
  for (const auto& [verdict, count] : answers_) {
    fmt::format_to(out, "simdb_answers_total{{verdict=\"{}\"}} {}\n", verdict, count);
  }
  describe("simdb_request_seconds", "histogram",
           "From the end of a request's head to that of its answer.");
  for (const auto& [route, latency] : latencies_) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < latency.counts.size(); ++i) {
      total += latency.counts[i];
      const std::string bound = i < kBounds.size() ? fmt::format("{}", kBounds[i]) : "+Inf";
      fmt::format_to(out, "simdb_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", route,
                     bound, total);
    }
    fmt::format_to(out, "simdb_request_seconds_sum{{route=\"{}\"}} {}\n", route, latency.sum);
    fmt::format_to(out, "simdb_request_seconds_count{{route=\"{}\"}} {}\n", route, total);
  }
  return text;
}

}  // namespace simdb::server
