#include "encoder/training/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "core/error.h"

namespace simdb::training {

Split split_by_class(std::span<const int> labels, double fraction, std::uint64_t seed) {
  if (!(fraction >= 0 && fraction <= 0.9)) {
    throw Error(ErrorCode::kUsage,
                fmt::format("the validation share must lie between 0 and 0.9, not {}", fraction));
  }
  std::map<int, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < labels.size(); ++i) members[labels[i]].push_back(i);

  std::mt19937_64 random(seed);
  Split split;
  for (auto& [label, rows] : members) {
    std::shuffle(rows.begin(), rows.end(), random);
    std::size_t aside = 0;
    if (fraction > 0 && rows.size() >= 3) {
      const auto wanted = static_cast<std::size_t>(std::lround(rows.size() * fraction));
      aside = std::clamp<std::size_t>(wanted, 1, rows.size() - 2);
    }
    const auto border = rows.begin() + static_cast<std::ptrdiff_t>(aside);
    split.validation.insert(split.validation.end(), rows.begin(), border);
    split.train.insert(split.train.end(), border, rows.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

}  // namespace simdb::training
