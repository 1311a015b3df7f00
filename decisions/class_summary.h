#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "core/class_mean.h"
#include "core/vote.h"
#include "simdb/gallery.h"

namespace simdb {

/// What a vote needs to know of a class of `items` items, as a gallery that had just these would
/// tell it. for_each(add) calls add(embedding) for each of them, in ascending order of id; only
/// where the mean is asked for and heard.
template <typename ForEach>
ClassSummary summarize_class(std::uint64_t items, bool with_mean, std::size_t dimension,
                             ForEach&& for_each) {
  ClassSummary summary{.items = items, .mean = nullptr};
  if (!with_mean || !mean_is_heard(0, items)) return summary;
  ClassMean mean(dimension);
  std::forward<ForEach>(for_each)([&](std::span<const float> embedding) { mean.add(embedding); });
  if (auto direction = mean.direction()) {
    summary.mean = std::make_shared<const Embedding>(*std::move(direction));
  }
  return summary;
}

}  // namespace simdb
