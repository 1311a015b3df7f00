#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace simdb::training {

/// A batch is `groups` groups of P classes with K images each. A group is what class-making
/// transforms act on and where triplets are formed; groups never meet in the loss.
struct BatchShape {
  int groups = 1;
  int classes = 2;  ///< P, a group
  int images = 2;   ///< K, a class

  int rows() const noexcept { return groups * classes * images; }
};

/// Shape for a batch of about `rows` images: K = 4 of every class (8 where there are few classes),
/// as many of the classes as fit, and groups to fill the rest.
BatchShape choose_batch_shape(std::size_t class_count, int rows);

/// Group by group, class by class.
struct Batch {
  std::vector<std::int64_t> rows;  ///< indices into the labels given to the sampler
  std::vector<int> labels;         ///< a row's class
  std::vector<int> groups;         ///< a row's group, from 0
};

/// Classes that are likely to be alike, because one folder holds them (the letters of an alphabet).
struct Siblings {
  std::span<const int> parents = {};  ///< one per image, or empty; read by the constructor only
  double share = 0;                   ///< of the groups that are filled with whole families first
};

/// Draws P x K batches in which every class is equally likely, however many images it has: a class
/// with fewer than K images repeats some. One seed gives one sequence. Thread-compatible.
class BatchSampler {
 public:
  /// `labels` are those of the training images. P is lowered to the number of classes.
  /// Throws Error(kUsage) if a size is below 1, or P or K below 2, or `labels` has one class only.
  BatchSampler(std::span<const int> labels, BatchShape shape, std::uint64_t seed,
               const Siblings& siblings = {});

  Batch next();

  const BatchShape& shape() const noexcept { return shape_; }

  /// Where the sequence stands, as text.
  std::string state() const;
  /// Goes on from there; the labels and the shape must be those of the sampler that gave it. Throws
  /// Error(kBadInput) if `state` is none.
  void restore(const std::string& state);

 private:
  struct Members {
    int label;
    std::vector<std::int64_t> rows;
  };
  std::vector<std::size_t> draw_classes();
  void append_class(const Members& members, int group, Batch& batch);

  BatchShape shape_;
  std::vector<Members> classes_;
  std::vector<std::vector<std::size_t>> families_;  ///< places in classes_; empty: one family
  double sibling_share_;
  std::mt19937_64 random_;
};

}  // namespace simdb::training
