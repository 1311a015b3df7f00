#include "encoder/training/samples.h"

#include "encoder/training/embed.h"

namespace simdb::training {

Samples all_samples(const LabeledImages& images) {
  Samples samples{pixel_tensor(images), images.labels, {}};
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
  }
  return samples;
}

}  // namespace simdb::training
