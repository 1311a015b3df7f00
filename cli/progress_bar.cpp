#include "cli/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <utility>

namespace simdb::cli {
namespace {

constexpr std::size_t kBarWidth = 30;
constexpr std::size_t kLeastBar = 5;
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
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const auto left = done == 0 ? 0 : std::lround(elapsed / share - elapsed);
  // The last column stays free: some terminals go on to the next line when it is written to.
  const std::size_t columns = std::max<std::size_t>(1, console_.err_columns()) - 1;
  const std::string count = fmt::format("{}/{} {:.0f} %", done, total_, 100 * share);
  const std::string rest = fmt::format("{} {}:{:02} left", count, left / 60, left % 60);
  const std::size_t text = verb_.size() + rest.size() + 4;  // with brackets and blanks
  const std::size_t width = std::min(kBarWidth, columns - std::min(columns, text));
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  std::string line = width < kLeastBar ? fmt::format("{} {}", verb_, count)
                                       : fmt::format("{} [{:=<{}}{: <{}}] {}", verb_, "", full, "",
                                                     width - full, rest);
  if (line.size() > columns) line = count.substr(0, columns);
  console_.err << '\r' << line << "\x1b[K" << std::flush;
}

void ProgressBar::clear() {
  if (visible_) console_.err << "\r\x1b[K" << std::flush;
  visible_ = false;
}

}  // namespace simdb::cli
