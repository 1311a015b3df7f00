// Embeddings of real pictures for knn_bench, in numbers that small data sets don't have: every
// picture is encoded in many random variants.
#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <iostream>
#include <thread>

#include "benchmarks/augmented_images.h"
#include "benchmarks/bench_support.h"
#include "benchmarks/knn_fvecs.h"
#include "benchmarks/knn_methods.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "simdb/image_paths.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

struct Options {
  std::string encoder;
  std::string images;
  std::string output;
  std::string queries_output;
  std::size_t rows = 200'000;
  std::size_t queries = 1'000;
  std::size_t hold_out = 10;
  std::uint64_t seed = 1;
};

struct Pictures {
  std::vector<Image> rows;
  std::vector<Image> queries;
};

// Every `hold_out`-th picture is kept for queries: none of its variants is a row.
Pictures load(const Options& options) {
  const std::vector<LabeledPath> files = labeled_paths(options.images);
  std::vector<Image> images(files.size());
  const auto threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  parallel_for(files.size(), threads,
               [&](std::size_t i) { images[i] = load_image(files[i].path).image; });
  Pictures pictures;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const bool held_out = i % options.hold_out == options.hold_out - 1;
    (held_out ? pictures.queries : pictures.rows).push_back(std::move(images[i]));
  }
  if (pictures.queries.empty()) {
    throw Error(ErrorCode::kBadInput,
                options.images + " holds only " + std::to_string(images.size()) +
                    " images; name a smaller --hold-out, so that queries get some");
  }
  return pictures;
}

// `count` random variants, of the pictures in turn.
EmbeddingBatch embed(const std::vector<Image>& pictures, std::size_t count, std::uint64_t seed,
                     const OnnxEncoder& encoder) {
  constexpr std::size_t kBatch = 2'048;
  const auto threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  EmbeddingBatch embeddings(encoder.dimension());
  embeddings.reserve(count);
  while (embeddings.rows() < count) {
    const std::size_t first = embeddings.rows();
    std::vector<Image> variants(std::min(kBatch, count - first));
    parallel_for(variants.size(), threads, [&](std::size_t i) {
      // A seed of its own for every variant: threads don't change what is drawn.
      const std::size_t number = first + i;
      variants[i] =
          augmented(pictures[number % pictures.size()], seed * 0x9e3779b97f4a7c15U + number);
    });
    embeddings.append(encoder.encode(variants));
    std::cerr << "\raugmented_embeddings: " << embeddings.rows() << " of " << count << std::flush;
  }
  std::cerr << '\n';
  return embeddings;
}

void run(const Options& options) {
  if (options.encoder.empty() || options.images.empty() || options.output.empty() ||
      options.queries_output.empty()) {
    throw Error(ErrorCode::kUsage, "name --encoder, --images, --output and --queries-output");
  }
  if (options.hold_out < 2) throw Error(ErrorCode::kUsage, "--hold-out must be at least 2");
  const OnnxEncoder encoder(read_model_file(options.encoder), options.encoder);
  const Pictures pictures = load(options);
  write_fvecs(options.output, embed(pictures.rows, options.rows, 2 * options.seed, encoder));
  write_fvecs(options.queries_output,
              embed(pictures.queries, options.queries, 2 * options.seed + 1, encoder));
  std::cout << options.rows << " rows from " << pictures.rows.size() << " images, "
            << options.queries << " queries from " << pictures.queries.size() << " others, "
            << encoder.dimension() << " floats each\n";
}

bool parse(int argc, char** argv, Options& options) {
  namespace po = boost::program_options;
  const auto with_default = [](auto& value) { return po::value(&value)->default_value(value); };
  po::options_description description(
      "augmented_embeddings: embeddings of many variants of real images, for knn_bench");
  auto add = description.add_options();
  add("encoder", po::value(&options.encoder), "model file of 'simdb train'");
  add("images", po::value(&options.images), "folder with a sub-folder per class");
  add("output,o", po::value(&options.output), "fvecs file for the rows");
  add("queries-output", po::value(&options.queries_output), "fvecs file for the queries");
  add("rows", with_default(options.rows), "how many");
  add("queries", with_default(options.queries), "how many");
  add("hold-out", with_default(options.hold_out), "every N-th image is kept for queries alone");
  add("seed", with_default(options.seed), "of the variants");
  return parse_arguments(argc, argv, description);
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  return simdb::bench::guarded_main("augmented_embeddings", [&] {
    simdb::bench::Options options;
    if (simdb::bench::parse(argc, argv, options)) simdb::bench::run(options);
  });
}
