// Unpacks idx files (MNIST, Fashion-MNIST) into class folders of PNG files.
#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <fstream>
#include <iostream>

#include "benchmarks/bench_support.h"
#include "benchmarks/idx_file.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string images;
  std::string labels;
  std::string output;
  std::string classes;
  std::size_t per_class = 0;
  std::size_t skip = 0;
};

// Plain writes: syncing 60,000 small files would take minutes, and they can be unpacked again.
void write_png(const fs::path& path, const Image& image) {
  const std::vector<std::byte> bytes = encode_png(image);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw Error(ErrorCode::kIo, "can't write " + path.string());
}

void run(const Options& options) {
  if (options.images.empty() || options.labels.empty() || options.output.empty()) {
    throw Error(ErrorCode::kUsage,
                "name the files and a folder: --images F --labels F --output DIR");
  }
  IdxSelection selection;
  if (!options.classes.empty()) selection.classes = parse_classes(options.classes);
  if (options.per_class > 0) selection.per_class = options.per_class;
  selection.skip = options.skip;
  const IdxImages data = read_idx(options.images, options.labels);
  const std::vector<std::size_t> chosen = select_images(data.labels, selection);
  std::error_code error;
  for (const std::size_t i : chosen) {
    const fs::path folder = fs::path(options.output) / std::to_string(data.labels[i]);
    fs::create_directories(folder, error);
    if (error) {
      throw Error(ErrorCode::kIo, "can't make " + folder.string() + ": " + error.message());
    }
    write_png(folder / fmt::format("{:05}.png", i), data.image(i));
  }
  std::cout << fmt::format("{} of {} images in {}\n", chosen.size(), data.labels.size(),
                           options.output);
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  po::options_description description("idx_images: idx files as class folders of PNG files");
  description.add_options()("images", po::value(&options.images),
                            "such as train-images-idx3-ubyte.gz")(
      "labels", po::value(&options.labels), "such as train-labels-idx1-ubyte.gz")(
      "output", po::value(&options.output), "the folder; DIR/LABEL/NUMBER.png")(
      "classes", po::value(&options.classes), "only these, such as 0-6,8")(
      "per-class", po::value(&options.per_class), "at most so many images of every class")(
      "skip", po::value(&options.skip), "leave out so many first images of every class");
  return simdb::bench::guarded_main("idx_images", [&] {
    if (simdb::bench::parse_arguments(argc, argv, description)) simdb::bench::run(options);
  });
}
