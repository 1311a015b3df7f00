#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "simdb/image_encoder.h"

// The published one-shot runs of Omniglot (Lake et al., Science 350, 2015): within an alphabet, 20
// test drawings are each compared with one drawing of 20 characters.
namespace simdb::bench {

/// One trial: a test drawing and the training drawing that is its right answer.
struct OneShotTrial {
  std::string test;
  std::string answer;
};

struct OneShotRun {
  std::string name;
  std::size_t trials = 0;
  std::size_t errors = 0;
};

/// Reads the lines "TEST ANSWER" of a class_labels.txt. Throws Error(kBadInput) for another line or
/// none, and what read_file throws.
std::vector<OneShotTrial> read_class_labels(const std::filesystem::path& file);

/// Scores every folder of `folder` that has a class_labels.txt, in the order of their names. The
/// answer of a trial is the training image of the run with the largest dot product (ties: the first
/// by name). Throws Error(kBadInput) if there is no run, or one is damaged.
std::vector<OneShotRun> score_omniglot_runs(const ImageEncoder& encoder,
                                            const std::filesystem::path& folder);

}  // namespace simdb::bench
