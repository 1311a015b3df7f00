#include "cli/train/train_display.h"

#include <fmt/format.h>

#include <cmath>
#include <ostream>

namespace simdb::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr int kBarColumns = 24;

std::string bar(std::size_t done, std::size_t total) {
  const std::size_t filled = total == 0 ? 0 : done * kBarColumns / total;
  return fmt::format("[{:<{}}]", std::string(filled, '='), kBarColumns);
}

std::string time_left(Clock::time_point started, std::size_t done, std::size_t total) {
  const double spent = std::chrono::duration<double>(Clock::now() - started).count();
  const auto left =
      std::lround(spent / static_cast<double>(done) * static_cast<double>(total - done));
  return left < 90 ? fmt::format("{} s", left) : fmt::format("{} min", (left + 30) / 60);
}

}  // namespace

void TrainDisplay::reading(std::size_t done, std::size_t total) {
  if (!is_terminal_ || Clock::now() - drawn_ < kRedraw) return;
  draw(fmt::format("reading  {} {}/{} images", bar(done, total), done, total));
}

void TrainDisplay::features(std::size_t done, std::size_t total) {
  if (!is_terminal_ || Clock::now() - drawn_ < kRedraw) return;
  draw(fmt::format("features {} {}/{} views of images", bar(done, total), done, total));
}

void TrainDisplay::step(std::size_t done, std::size_t total) {
  if (done == 1) started_ = Clock::now();
  if (!is_terminal_ || done < 2 || Clock::now() - drawn_ < kRedraw) return;
  draw(fmt::format("training {} {}% {} at most {} left", bar(done, total), done * 100 / total,
                   score_, time_left(started_, done - 1, total - 1)));
}

void TrainDisplay::epoch(const training::EpochReport& report, int epochs) {
  score_ = fmt::format("loss {:.3f} recall {:.1f} %", report.loss, report.recall_at_1 * 100);
  if (is_terminal_) return;
  err_ << fmt::format("epoch {}/{}: loss {:.4f}, recall@1 {:.2f} %, {:.1f} s{}\n", report.epoch,
                      epochs, report.loss, report.recall_at_1 * 100, report.seconds,
                      report.best ? ", best so far" : "")
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
  err_ << "\r\x1b[K" << text << std::flush;
  drawn_ = Clock::now();
}

}  // namespace simdb::cli
