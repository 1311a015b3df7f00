#include "encoder/training/samples.h"

#include <algorithm>
#include <numeric>

#include "encoder/training/embed.h"

namespace simdb::training {

namespace {

torch::Tensor feature_tensor(const LabeledImages& images) {
  const ViewFeatures& features = images.features;
  const torch::Tensor rows = torch::empty({static_cast<std::int64_t>(images.size()),
                                           static_cast<std::int64_t>(features.views),
                                           static_cast<std::int64_t>(features.width)});
  std::copy(features.values.begin(), features.values.end(), rows.data_ptr<float>());
  return rows;
}

}  // namespace

Samples all_samples(const LabeledImages& images) {
  Samples samples{images.features.values.empty() ? pixel_tensor(images) : feature_tensor(images),
                  images.labels,
                  {}};
  samples.rows.resize(images.size());
  std::iota(samples.rows.begin(), samples.rows.end(), 0);
  samples.parents.reserve(images.size());
  for (const int label : images.labels) {
    samples.parents.push_back(images.parents.empty() ? 0 : images.parents[label]);
  }
  return samples;
}

Samples select(const Samples& from, const std::vector<std::size_t>& rows) {
  Samples samples;
  const std::vector<std::int64_t> indices(rows.begin(), rows.end());
  samples.pixels = from.pixels.index_select(0, torch::tensor(indices));
  samples.labels.reserve(rows.size());
  samples.parents.reserve(rows.size());
  for (const std::size_t row : rows) {
    samples.labels.push_back(from.labels[row]);
    samples.parents.push_back(from.parents[row]);
    if (!from.rows.empty()) samples.rows.push_back(from.rows[row]);
  }
  return samples;
}

}  // namespace simdb::training
