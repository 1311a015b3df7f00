#include "cli/reembed_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "cli/render.h"

namespace simdb::cli {
namespace {

constexpr std::size_t kClassesShown = 10;

std::span<const ClassChange> shown(const EncoderChange& change) {
  return std::span(change.lost).first(std::min(kClassesShown, change.lost.size()));
}

double share(std::uint64_t count, std::uint64_t of) {
  return of == 0 ? 0 : static_cast<double>(count) / static_cast<double>(of);
}

}  // namespace

void print_change(std::ostream& out, const EncoderChange& change) {
  if (change.asked == 0) return;
  const auto line = [&](std::string_view name, const std::string& value) {
    out << fmt::format("{:<40}{}\n", name, value);
  };
  line("items asked, each left out", std::to_string(change.asked));
  line("  their neighbours vote as before",
       fmt::format("{}  ({})", percent(share(change.same_vote, change.asked)), change.same_vote));
  line("  neighbours in common (Jaccard of ten)", fmt::format("{:.3f}", change.jaccard));
  if (change.judged == 0) return;
  line("accuracy before", percent(share(change.right_before, change.judged)));
  line("accuracy after", percent(share(change.right_after, change.judged)));
  line("  wrong only after, only before",
       fmt::format("{}, {}  (p = {:.2g}, McNemar)", change.only_before, change.only_after,
                   change.p_value));
  if (change.lost.empty()) return;
  out << fmt::format(
      "classes that lose, {}:\n",
      change.lost.size() <= kClassesShown
          ? std::string("all")
          : fmt::format("the {} that lose most of {}", kClassesShown, change.lost.size()));
  for (const ClassChange& entry : shown(change)) {
    out << fmt::format("  {} -> {} of {} right  {}\n", entry.right_before, entry.right_after,
                       entry.asked, printable(entry.class_name));
  }
}

nlohmann::ordered_json to_json(const EncoderChange& change) {
  nlohmann::ordered_json lost = nlohmann::ordered_json::array();
  for (const ClassChange& entry : shown(change)) {
    lost.push_back({{"class", entry.class_name},
                    {"asked", entry.asked},
                    {"right_before", entry.right_before},
                    {"right_after", entry.right_after}});
  }
  return {{"asked", change.asked},
          {"same_vote", share(change.same_vote, change.asked)},
          {"jaccard", change.jaccard},
          {"judged", change.judged},
          {"accuracy_before", share(change.right_before, change.judged)},
          {"accuracy_after", share(change.right_after, change.judged)},
          {"right_only_before", change.only_before},
          {"right_only_after", change.only_after},
          {"p", change.p_value},
          {"classes_that_lose", change.lost.size()},
          {"lost", std::move(lost)}};
}

}  // namespace simdb::cli
