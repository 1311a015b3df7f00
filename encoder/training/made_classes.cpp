#include "encoder/training/made_classes.h"

#include <torch/torch.h>

#include <algorithm>
#include <random>
#include <vector>

namespace simdb::training {
namespace {

constexpr int kVariants = 8;  // quarter turns, then the same of the mirrored image
constexpr std::size_t kMostImages = 400;
constexpr std::size_t kAllImages = 60'000;
constexpr std::size_t kCompared = 64;  // images of a class
constexpr double kLeastAtHome = 0.7;   // two classes that look the same have 0.5

/// N x H x W x C, turned clockwise after mirroring.
torch::Tensor variant_of(const torch::Tensor& images, int variant) {
  const torch::Tensor mirrored = variant < 4 ? images : images.flip({2});
  return torch::rot90(mirrored, -(variant % 4), {1, 2});
}

/// Whether classes look different, by the nearest neighbours of pixels.
class Looks {
 public:
  /// Takes a class in, unless it looks like one that was taken.
  bool take(const torch::Tensor& images) {
    const torch::Tensor rows = images.flatten(1).to(torch::kFloat32) / 255;
    const std::int64_t half = rows.size(0) / 2;
    const torch::Tensor asking = rows.slice(0, 0, half);
    const torch::Tensor own = rows.slice(0, half);
    if (others_.defined() && half > 0) {
      const auto nearest = [&](const torch::Tensor& among) {
        return std::get<0>(torch::cdist(asking, among).min(1));
      };
      const double at_home =
          (nearest(own) < nearest(others_)).to(torch::kFloat64).mean().item<double>();
      if (at_home < kLeastAtHome) return false;
    }
    add(rows);
    return true;
  }

  /// Takes a class in, whatever it looks like.
  void add_true(const torch::Tensor& images) { add(images.flatten(1).to(torch::kFloat32) / 255); }

 private:
  void add(const torch::Tensor& rows) {
    others_ = others_.defined() ? torch::cat({others_, rows}) : rows;
  }

  torch::Tensor others_;
};

class Maker {
 public:
  Maker(const Samples& samples, std::size_t classes, std::uint64_t seed)
      : rows_(classes), made_{samples, classes}, random_(seed) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      rows_[samples.labels[i]].push_back(static_cast<std::int64_t>(i));
    }
    const std::size_t most = classes * (kVariants - 1) + 2 * classes * (classes - 1);
    images_ = std::clamp<std::size_t>(kAllImages / most, 4, kMostImages);
    parent_ = 1 + *std::max_element(samples.parents.begin(), samples.parents.end());
  }

  MadeClasses run() {
    pixels_ = made_.samples.pixels;
    parts_.push_back(pixels_);
    turn();
    join(1);
    join(2);
    made_.samples.pixels = torch::cat(parts_);
    return std::move(made_);
  }

 private:
  /// Distinct images of a class, `images_` or as many as there are; none of an empty class.
  torch::Tensor draw(std::size_t label) {
    std::vector<std::int64_t> drawn;
    std::sample(rows_[label].begin(), rows_[label].end(), std::back_inserter(drawn), images_,
                random_);
    std::shuffle(drawn.begin(), drawn.end(), random_);
    return pixels_.index_select(0, torch::tensor(drawn, torch::kInt64));
  }

  void append(const torch::Tensor& images) {
    const auto count = static_cast<std::size_t>(images.size(0));
    if (count < 2) return;  // no pair
    parts_.push_back(images);
    made_.samples.labels.insert(made_.samples.labels.end(), count,
                                static_cast<int>(made_.classes++));
    made_.samples.parents.insert(made_.samples.parents.end(), count, parent_);
  }

  void turn() {
    Looks looks;
    const auto few = [](const torch::Tensor& images) {
      return images.slice(0, 0, static_cast<std::int64_t>(kCompared));
    };
    for (std::size_t c = 0; c < rows_.size(); ++c) looks.add_true(few(draw(c)));
    for (int variant = 1; variant < kVariants; ++variant) {
      for (std::size_t c = 0; c < rows_.size(); ++c) {
        const torch::Tensor images = variant_of(draw(c), variant);
        if (images.size(0) > 1 && looks.take(few(images))) append(images);
      }
    }
  }

  /// Halves along an axis: 1 puts one over the other, 2 side by side.
  void join(std::int64_t axis) {
    const std::int64_t side = pixels_.size(axis);
    std::uniform_int_distribution<std::int64_t> shift(-side / 14, side / 14);
    for (std::size_t a = 0; a < rows_.size(); ++a) {
      for (std::size_t b = 0; b < rows_.size(); ++b) {
        if (a == b) continue;
        const torch::Tensor first = draw(a);
        const torch::Tensor second = draw(b);
        const std::int64_t count = std::min(first.size(0), second.size(0));
        torch::Tensor joined = second.slice(0, 0, count).clone();
        for (std::int64_t i = 0; i < count; ++i) {
          const std::int64_t cut = side / 2 + shift(random_);
          joined[i].slice(axis - 1, 0, cut).copy_(first[i].slice(axis - 1, 0, cut));
        }
        append(joined);
      }
    }
  }

  std::vector<std::vector<std::int64_t>> rows_;
  MadeClasses made_;
  std::mt19937_64 random_;
  std::size_t images_ = 0;
  int parent_ = 0;
  torch::Tensor pixels_;
  std::vector<torch::Tensor> parts_;
};

}  // namespace

MadeClasses make_classes(const Samples& samples, std::size_t classes, std::uint64_t seed) {
  const torch::Tensor& pixels = samples.pixels;
  if (classes < 2 || samples.size() == 0 || pixels.dim() != 4 || pixels.size(1) != pixels.size(2)) {
    return {samples, classes};
  }
  return Maker(samples, classes, seed).run();
}

}  // namespace simdb::training
