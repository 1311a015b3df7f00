#include "server/gallery_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "index/principal_axes.h"

namespace simdb::server {
namespace {

constexpr std::size_t kAxesBytes = 64UL << 20;
constexpr std::size_t kLongDimension = 1024;
constexpr std::size_t kRowsOfLong = 1000;  // their eigenvectors are cheap

// Whether the i-th of `count` is one of `wanted` that lie evenly among them.
bool is_drawn(std::size_t i, std::size_t wanted, std::size_t count) {
  return wanted >= count || i * wanted / count != (i + 1) * wanted / count;
}

std::size_t rows_for_axes(std::size_t dimension) {
  return dimension > kLongDimension ? kRowsOfLong : kAxesBytes / sizeof(float) / dimension;
}

PrincipalAxes axes_of(const Gallery& gallery, std::size_t dims, std::size_t count,
                      const std::function<void()>& check) {
  EmbeddingBatch sample(gallery.dimension());
  std::size_t place = 0;
  const std::size_t wanted = rows_for_axes(gallery.dimension());
  gallery.for_each_embedding([&](ItemId, std::span<const float> values) {
    check();
    if (place < count && is_drawn(place, wanted, count)) sample.append_unit(values);
    return ++place < count;
  });
  return principal_axes(sample, dims);
}

// Subtracts the mean of each axis and divides all by the farthest.
void centre_and_scale(GalleryMap& map, double whole) {
  if (map.ids.empty()) return map.variance.assign(map.dims, 0);
  const auto count = static_cast<double>(map.ids.size());
  float farthest = 0;
  for (std::size_t axis = 0; axis < map.dims; ++axis) {
    double sum = 0;
    for (std::size_t at = axis; at < map.positions.size(); at += map.dims) {
      sum += static_cast<double>(map.positions[at]);
    }
    const auto mean = static_cast<float>(sum / count);
    double square = 0;
    for (std::size_t at = axis; at < map.positions.size(); at += map.dims) {
      float& value = map.positions[at];
      value -= mean;
      square += static_cast<double>(value) * static_cast<double>(value);
      farthest = std::max(farthest, std::abs(value));
    }
    map.variance.push_back(whole > 0 ? std::min(1.0, square / whole) : 0);
  }
  if (farthest == 0) return;
  for (float& value : map.positions) value /= farthest;
}

// How far the items are from their mean, squared, in all.
class Spread {
 public:
  explicit Spread(std::size_t dimension) : sums_(dimension) {}

  void add(std::span<const float> values) {
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      const auto value = static_cast<double>(values[i]);
      sums_[i] += value;
      squares_ += value * value;
    }
    ++count_;
  }
  double whole() const {
    if (count_ == 0) return 0;
    const double of_mean = std::inner_product(sums_.begin(), sums_.end(), sums_.begin(), 0.0);
    return squares_ - of_mean / static_cast<double>(count_);
  }

 private:
  std::vector<double> sums_;
  double squares_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

GalleryMap map_of(const Gallery& gallery, std::size_t dims, std::size_t most,
                  const std::function<void()>& check) {
  GalleryMap map{.dims = dims};
  std::vector<std::pair<ItemId, std::uint32_t>> items;  // all, with their classes
  for (const ClassCount& entry : gallery.classes()) {
    check();
    const auto number = static_cast<std::uint32_t>(map.classes.size());
    for (const ItemId id : gallery.items_of(entry.name)) items.emplace_back(id, number);
    map.classes.push_back(entry.name);
  }
  std::ranges::sort(items);
  // One that was moved meanwhile may be there twice.
  const auto twice = std::ranges::unique(items, {}, &std::pair<ItemId, std::uint32_t>::first);
  items.erase(twice.begin(), twice.end());
  map.of = items.size();
  const PrincipalAxes axes = axes_of(gallery, dims, items.size(), check);
  Spread spread(gallery.dimension());
  auto next = items.begin();
  gallery.for_each_embedding([&](ItemId id, std::span<const float> values) {
    check();
    while (next != items.end() && next->first < id) ++next;
    if (next == items.end()) return false;
    const auto place = static_cast<std::size_t>(next - items.begin());
    if (next->first != id || !is_drawn(place, most, items.size())) return true;
    map.ids.push_back(to_number(id));
    map.class_of.push_back(next->second);
    spread.add(values);
    for (std::size_t axis = 0; axis < dims; ++axis) {
      double sum = 0;
      for (std::size_t i = 0; axis < axes.count() && i < values.size(); ++i) {
        sum += static_cast<double>(values[i] - axes.mean[i]) *
               static_cast<double>(axes.directions[axis * axes.dimension + i]);
      }
      map.positions.push_back(static_cast<float>(sum));
    }
    return true;
  });
  centre_and_scale(map, spread.whole());
  return map;
}

}  // namespace simdb::server
