// What a decoder makes of features. Of the article's coloured shapes: how near images made again
// come to those that it never saw, and whether the encoders find the colour or shape that was
// borrowed.
//
// With --mnist, of handwritten digits: an encoder by digit and a decoder behind it learn from the
// training file; of 1,000 pairs of images of the test file the first gets the digit's features of
// the second. The encoder's gallery, its training images, must name the digit that was borrowed,
// and the first image's handwriting must stay. That is measured as the correlation over the pairs
// of the slant, and of the stroke width (stroke_moments.h), between the first image and what was
// made, each as the deviation from the mean of its digit's training images, so that what a digit's
// form alone does to them does not count. Beside it stands the same correlation with the second
// image.
#include <boost/program_options/value_semantic.hpp>

#include "benchmarks/bench_support.h"
#include "benchmarks/decoder_trial.h"
#include "encoder/training/allocator.h"

int main(int argc, char** argv) {
  using namespace simdb::bench;  // NOLINT(google-build-using-namespace): this is its program
  namespace po = boost::program_options;
  return guarded_main("decoder_bench", [&] {
    simdb::training::keep_freed_memory();
    TrialOptions options;
    int seed = 1;
    int seeds = 1;
    bool mnist = false;
    po::options_description all("Options");
    auto add = all.add_options();
    add("data", po::value(&options.data)->required(), "multicolor_shapes, or MNIST's four files");
    add("mnist", po::bool_switch(&mnist), "exchange digits");
    add("count", po::value(&options.count)->default_value(options.count),
        "training pictures of each shape in each colour, at most 400, or of each digit");
    add("seed", po::value(&seed)->default_value(seed), "the first draw");
    add("seeds", po::value(&seeds)->default_value(seeds), "draws");
    add("train", po::value(&options.train), "more words for the encoders, as of 'simdb train'");
    add("decoder", po::value(&options.decoder), "more words, as of 'simdb train-decoder'");
    if (!parse_arguments(argc, argv, all)) return;
    for (const int end = seed + seeds; seed < end; ++seed) {
      (mnist ? run_digits : run_shapes)(options, static_cast<std::uint64_t>(seed));
    }
  });
}
