#include "encoder/training/batch_feed.h"

#include <algorithm>
#include <functional>
#include <locale>
#include <random>
#include <sstream>

#include "encoder/training/augmentation.h"
#include "encoder/training/embed.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

/// Classes that all lie in one folder are no family.
bool has_several(const std::vector<int>& parents) {
  return std::adjacent_find(parents.begin(), parents.end(), std::not_equal_to<>()) != parents.end();
}

class ImageFeed final : public BatchFeed {
 public:
  ImageFeed(const Samples& samples, const InputSpec& input, const TrainOptions& options,
            ClassMaking making)
      : samples_(samples),
        input_(input),
        borders_(border_colors(samples.pixels)),
        augmenter_(options.augment, making, options.seed),
        variants_(variant_count(options.augment, making.unit)),
        has_families_(has_several(samples.parents)) {}

  Shown show(const std::vector<std::int64_t>& rows, const BatchShape& shape) override {
    const torch::Tensor chosen = torch::tensor(rows);
    const Augmented images = augmenter_(to_planes(samples_.pixels.index_select(0, chosen)),
                                        borders_.index_select(0, chosen), shape, families(rows));
    return {normalize_planes(images.planes, input_), images.variants};
  }
  int variants() const override { return variants_; }
  std::string state() const override { return augmenter_.state(); }
  void restore(const std::string& state) override { augmenter_.restore(state); }

 private:
  /// Of each row, if there are any.
  std::vector<int> families(const std::vector<std::int64_t>& rows) const {
    std::vector<int> parents;
    if (!has_families_) return parents;
    parents.reserve(rows.size());
    for (const std::int64_t row : rows) parents.push_back(samples_.parents[row]);
    return parents;
  }

  const Samples& samples_;
  InputSpec input_;
  torch::Tensor borders_;
  Augmenter augmenter_;
  int variants_;
  bool has_families_;
};

class FeatureFeed final : public BatchFeed {
 public:
  FeatureFeed(const Samples& samples, std::uint64_t seed) : samples_(samples), random_(seed) {}

  Shown show(const std::vector<std::int64_t>& rows, const BatchShape& /*shape*/) override {
    const auto views = static_cast<std::uint64_t>(samples_.pixels.size(1));
    std::vector<std::int64_t> places;
    places.reserve(rows.size());
    for (const std::int64_t row : rows) {
      const std::uint64_t view = views == 1 ? 0 : random_() % views;
      places.push_back(row * static_cast<std::int64_t>(views) + static_cast<std::int64_t>(view));
    }
    return {samples_.pixels.flatten(0, 1).index_select(0, torch::tensor(places)),
            torch::zeros({static_cast<std::int64_t>(rows.size())}, torch::kInt64)};
  }
  int variants() const override { return 1; }

  std::string state() const override {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << random_;
    return text.str();
  }
  void restore(const std::string& state) override {
    std::istringstream text(state);
    text.imbue(std::locale::classic());
    if (text >> random_) return;
    throw Error(
        ErrorCode::kBadInput,
        "can't go on with drawing views: the checkpoint has no state of its random numbers");
  }

 private:
  const Samples& samples_;
  std::mt19937_64 random_;
};

}  // namespace

std::unique_ptr<BatchFeed> make_image_feed(const Samples& samples, const InputSpec& input,
                                           const TrainOptions& options, std::size_t classes) {
  return std::make_unique<ImageFeed>(samples, input, options, class_making(classes));
}

std::unique_ptr<BatchFeed> make_feature_feed(const Samples& samples, std::uint64_t seed) {
  return std::make_unique<FeatureFeed>(samples, seed);
}

}  // namespace simdb::training
