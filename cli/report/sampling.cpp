#include "cli/report/sampling.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace simdb::cli {
namespace {

// `count` of the values, one of each of as many equal stretches; all of them if there are no more.
// Which one of its stretch looks random: an even step would fall in with an order that repeats,
// such as circle, square, triangle.
std::vector<std::size_t> spread(const std::vector<std::size_t>& values, std::size_t count) {
  if (values.size() <= count) return values;
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t first = i * values.size() / count;
    const std::size_t end = (i + 1) * values.size() / count;
    const std::uint64_t scattered = ((i + 1) * 0x9E3779B97F4A7C15u) >> 33;
    chosen.push_back(values[first + scattered % (end - first)]);
  }
  return chosen;
}

// How many images of each class: one to each in turn until `cap` is reached or all are taken.
std::vector<std::size_t> shares(const std::vector<std::vector<std::size_t>>& members,
                                std::size_t cap) {
  std::vector<std::size_t> counts(members.size());
  std::size_t taken = 0;
  for (bool grew = true; grew && taken < cap;) {
    grew = false;
    for (std::size_t c = 0; c < members.size() && taken < cap; ++c) {
      if (counts[c] == members[c].size()) continue;
      ++counts[c];
      ++taken;
      grew = true;
    }
  }
  return counts;
}

}  // namespace

std::vector<std::size_t> proportional_sample(std::span<const std::size_t> labels, std::size_t cap) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return labels[a] < labels[b]; });
  return spread(order, cap);
}

std::vector<std::size_t> balanced_sample(std::span<const std::size_t> labels, std::size_t classes,
                                         std::size_t cap) {
  std::vector<std::vector<std::size_t>> members(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) members[labels[i]].push_back(i);
  std::erase_if(members, [](const auto& images) { return images.empty(); });
  const std::size_t most = std::max<std::size_t>(cap / kImagesOfAClass, 1);
  if (members.size() > most) {
    for (std::size_t i = 0; i < most; ++i) members[i] = members[i * members.size() / most];
    members.resize(most);
  }
  const std::vector<std::size_t> counts = shares(members, cap);
  std::vector<std::size_t> chosen;
  for (std::size_t c = 0; c < members.size(); ++c) {
    const std::vector<std::size_t> images = spread(members[c], counts[c]);
    chosen.insert(chosen.end(), images.begin(), images.end());
  }
  return chosen;
}

}  // namespace simdb::cli
