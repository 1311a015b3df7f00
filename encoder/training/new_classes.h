#pragma once

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

#include "simdb/embedding.h"

namespace simdb::training {

inline constexpr std::size_t kMostWays = 20;

/// How well new classes are told apart that are known by a few images each. A plain value.
struct NewClassScore {
  int ways = 0;   ///< so many classes at a time, up to 20; 0: there are too few classes or images
  int shots = 0;  ///< images that each is known by
  double accuracy = 0;  ///< share of right answers
  /// Half the width of its 95 % interval, by how much the classes differ: what another set of as
  /// many classes of this kind may be off.
  double interval = 0;
  std::map<int, double> of_class;  ///< by label; their mean is the accuracy
};

/// The same images for several encoders: of classes with more than `shots` images at most 100
/// classes and 20 images of each, chosen by the seed. Rising.
std::vector<std::size_t> choose_scored(std::span<const int> labels, std::size_t shots,
                                       std::uint64_t seed);

/// `shots` that suit these classes: 5 if at least half of them have more than 5 images, else 1.
std::size_t choose_shots(std::span<const int> labels);

/// `rows` are images x floats, of length 1. In each of 40 draws every class is known by `shots` of
/// its images, and its other images are asked for: the answer is the class whose images are most
/// alike in the mean, among `ways` classes (all, or 20 of them: the expectation over all choices of
/// the others is exact). Classes with too few images are left out. The seed draws the same for
/// every encoder. Pure and thread-safe.
NewClassScore score_new_classes(const torch::Tensor& rows, std::span<const int> labels,
                                std::size_t shots, std::uint64_t seed,
                                std::size_t most_ways = kMostWays);

/// The same by how alike the images are, images x images, other than by rows.
NewClassScore score_likeness(const torch::Tensor& likeness, std::span<const int> labels,
                             std::size_t shots, std::uint64_t seed,
                             std::size_t most_ways = kMostWays);

/// Share of the queries whose nearest row in the gallery has their label; with an undefined gallery
/// each other. Rows are of length 1 and may be wider than an index takes (embeddings are not: for
/// those there is measures/evaluation.h).
double share_of_nearest(const torch::Tensor& queries, std::span<const int> query_labels,
                        const torch::Tensor& gallery, std::span<const int> gallery_labels);

/// Copies them: rows x dimension floats.
torch::Tensor to_tensor(const EmbeddingBatch& embeddings);

}  // namespace simdb::training
