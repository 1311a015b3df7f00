#include "cli/train/train_display.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/terminal.h"
#include "cli/train/duration.h"

namespace simdb::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr std::size_t kBarColumns = 24;
constexpr std::size_t kLeastBar = 5;
// Steps after the first one, which makes room, by which the time that all take is told.
constexpr std::size_t kTimedSteps = 3;

// "reading [====  ] 2/3 images", with as much of a bar as leaves room for the rest.
std::string line_of(const char* verb, std::size_t done, std::size_t total,
                    const std::string& rest) {
  const std::size_t text = std::char_traits<char>::length(verb) + rest.size() + 5;
  const std::size_t columns = err_columns();
  const std::size_t width = columns > text ? std::min(kBarColumns, columns - text) : 0;
  if (width < kLeastBar) return fmt::format("{} {}", verb, rest);
  const std::size_t filled = total == 0 ? 0 : done * width / total;
  return fmt::format("{} [{:<{}}] {}", verb, std::string(filled, '='), width, rest);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string time_left(Clock::time_point started, std::size_t done, std::size_t total) {
  return format_duration(seconds_since(started) / static_cast<double>(done) *
                         static_cast<double>(total - done));
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

}  // namespace

void TrainDisplay::judged_by_new_classes() { measure_ = "new classes"; }

void TrainDisplay::reading(std::size_t done, std::size_t total) {
  if (!is_terminal_ || Clock::now() - drawn_ < kRedraw) return;
  draw(line_of("reading", done, total, fmt::format("{}/{} images", done, total)));
}

void TrainDisplay::features(std::size_t done, std::size_t total) {
  if (!is_terminal_ || Clock::now() - drawn_ < kRedraw) return;
  draw(line_of("features", done, total, fmt::format("{}/{} views of images", done, total)));
}

void TrainDisplay::step(std::size_t done, std::size_t total) {
  if (done == 1) started_ = Clock::now();
  if (done == 1 + kTimedSteps && total > done) {
    note(fmt::format("training takes at most {}, judging by the first {} of {} steps",
                     time_left(started_, kTimedSteps, total), kTimedSteps, total));
  }
  if (!is_terminal_ || done < 2 || Clock::now() - drawn_ < kRedraw) return;
  draw(line_of("training", done, total,
               fmt::format("{}% at most {} left{}", done * 100 / total,
                           time_left(started_, done - 1, total - 1), score_)));
}

void TrainDisplay::epoch(const training::EpochReport& report, int epochs) {
  const std::string end = report.stops_at < epochs
                              ? fmt::format(", ends after epoch {}", report.stops_at)
                              : std::string();
  score_ =
      fmt::format(", loss {:.3f}, {} {}{}", report.loss, measure_, percent(report.steady), end);
  if (is_terminal_) return;
  const double left = report.seconds / report.epoch * (epochs - report.epoch);
  // MAP@R is there in any case; where it decides it is not said twice.
  const std::string measured =
      measure_ == kMapAtR ? "" : fmt::format(", {} {}", measure_, percent(report.measure));
  err_ << fmt::format(
              "epoch {}/{}: loss {:.4f}, recall@1 {}, MAP@R {}{}, mean of 3 {}{}; {:.1f} s, at "
              "most {} "
              "left{}{}\n",
              report.epoch, epochs, report.loss, percent(report.recall_at_1),
              percent(report.map_at_r), measured, percent(report.steady),
              report.best ? ": kept" : "", report.seconds, format_duration(left), end,
              end.empty() ? "" : " without a gain")
       << std::flush;
}

void TrainDisplay::note(const std::string& text) {
  finish();
  err_ << text << '\n' << std::flush;
}

void TrainDisplay::finish() {
  if (is_terminal_) err_ << "\r\x1b[K" << std::flush;
}

void TrainDisplay::draw(const std::string& text) {
  err_ << "\r\x1b[K" << text.substr(0, err_columns() - 1) << std::flush;
  drawn_ = Clock::now();
}

}  // namespace simdb::cli
