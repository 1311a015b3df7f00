#include "cli/progress_bar.h"

#include <fmt/format.h>

#include <cmath>
#include <ostream>
#include <utility>

namespace simdb::cli {
namespace {

constexpr std::size_t kBarWidth = 30;
constexpr std::chrono::milliseconds kRedraw{100};

}  // namespace

ProgressBar::ProgressBar(Console& console, std::string verb, std::size_t total)
    : console_(console), verb_(std::move(verb)), total_(total) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::update(std::size_t done) {
  if (!console_.err_is_terminal || total_ == 0) return;
  const auto now = Clock::now();
  if (visible_ && done < total_ && now - drawn_ < kRedraw) return;
  drawn_ = now;
  visible_ = true;
  const double share = static_cast<double>(done) / static_cast<double>(total_);
  const auto full = static_cast<std::size_t>(share * kBarWidth);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const auto left = done == 0 ? 0 : std::lround(elapsed / share - elapsed);
  console_.err << fmt::format("\r{} [{:=<{}}{: <{}}] {}/{} {:.0f} % {}:{:02} left \x1b[K", verb_,
                              "", full, "", kBarWidth - full, done, total_, 100 * share, left / 60,
                              left % 60)
               << std::flush;
}

void ProgressBar::clear() {
  if (visible_) console_.err << "\r\x1b[K" << std::flush;
  visible_ = false;
}

}  // namespace simdb::cli
