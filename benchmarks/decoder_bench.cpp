// What a decoder makes of the article's coloured shapes: how near images made again come to those
// that it never saw, and whether the encoders find the colour or shape that was borrowed.
#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <vector>

#include "benchmarks/bench_support.h"
#include "benchmarks/quality_protocols.h"
#include "cli/train/decoder_args.h"
#include "cli/train/train_args.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_decoder.h"
#include "encoder/training/allocator.h"
#include "encoder/training/decoder_trainer.h"
#include "encoder/training/recipe.h"
#include "encoder/training/trainer.h"
#include "measures/evaluation.h"
#include "simdb/image_decoder.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

using training::LabeledImages;

constexpr int kFirstTestNumber = 400;  // outline n is the same in every colour
constexpr std::size_t kPairs = 1000;

struct Options {
  std::string data;
  int count = 20;
  int seeds = 1;
  std::string train;
  std::string decoder;
};

struct Pictures {
  std::vector<ShapePicture> training;
  std::vector<ShapePicture> unseen;
};

std::string text_of(const Image& image) { return {image.pixels.begin(), image.pixels.end()}; }

/// `count` outlines of each shape at random among the first, in every colour; and those of the
/// rest that are not the same picture as one of them.
Pictures draw(const std::vector<ShapePicture>& all, int count, std::uint64_t seed) {
  std::vector<int> numbers(kFirstTestNumber);
  for (int n = 0; n < kFirstTestNumber; ++n) numbers[static_cast<std::size_t>(n)] = n;
  std::mt19937_64 random(seed);
  std::shuffle(numbers.begin(), numbers.end(), random);
  const std::set<int> chosen(numbers.begin(), numbers.begin() + std::min(count, kFirstTestNumber));
  Pictures pictures;
  std::set<std::string> seen;
  for (const ShapePicture& picture : all) {
    if (!chosen.contains(picture.number)) continue;
    seen.insert(text_of(picture.image));
    pictures.training.push_back(picture);
  }
  for (const ShapePicture& picture : all) {
    if (picture.number >= kFirstTestNumber && !seen.contains(text_of(picture.image))) {
      pictures.unseen.push_back(picture);
    }
  }
  return pictures;
}

using Attribute = std::string ShapePicture::*;

/// Numbers for the names, in byte order.
std::vector<int> labels_of(const std::vector<ShapePicture>& pictures, Attribute attribute,
                           const std::vector<std::string>& names) {
  std::vector<int> labels;
  for (const ShapePicture& picture : pictures) {
    labels.push_back(
        static_cast<int>(std::ranges::find(names, picture.*attribute) - names.begin()));
  }
  return labels;
}

std::vector<std::string> names_of(const std::vector<ShapePicture>& pictures, Attribute attribute) {
  std::set<std::string> names;
  for (const ShapePicture& picture : pictures) names.insert(picture.*attribute);
  return {names.begin(), names.end()};
}

std::vector<Image> images_of(const std::vector<ShapePicture>& pictures) {
  std::vector<Image> images;
  for (const ShapePicture& picture : pictures) images.push_back(picture.image);
  return images;
}

LabeledImages labeled(const std::vector<ShapePicture>& pictures, Attribute attribute,
                      const InputSpec& input) {
  LabeledImages images;
  images.input = input;
  images.classes = names_of(pictures, attribute);
  images.labels = labels_of(pictures, attribute, images.classes);
  for (const ShapePicture& picture : pictures) {
    const Image fitted = fit_to_input(picture.image, input);
    images.pixels.insert(images.pixels.end(), fitted.pixels.begin(), fitted.pixels.end());
  }
  return images;
}

/// An encoder, and the training pictures by which it names others.
class Namer {
 public:
  Namer(const std::vector<ShapePicture>& pictures, Attribute attribute,
        const cli::TrainCommand& command, std::uint64_t seed)
      : attribute_(attribute), names_(names_of(pictures, attribute)) {
    LabeledImages images = labeled(pictures, attribute, command.input);
    training::TrainOptions options = command.change(training::recommend(images));
    options.seed = seed;
    file_ = write_onnx_model(training::train(images, nullptr, options).model);
    encoder_.emplace(file_);
    gallery_ = encoder_->encode(images_of(pictures));
    labels_ = images.labels;
  }

  const std::vector<std::byte>& file() const noexcept { return file_; }

  /// The share of images that are named as the pictures of the same place in `wanted` are.
  double share(const std::vector<Image>& images, const std::vector<ShapePicture>& wanted) const {
    const std::vector<int> labels = labels_of(wanted, attribute_, names_);
    return query_against_gallery(encoder_->encode(images), labels, gallery_, labels_).accuracy;
  }

 private:
  Attribute attribute_;
  std::vector<std::string> names_;
  std::vector<std::byte> file_;
  std::optional<OnnxEncoder> encoder_;
  EmbeddingBatch gallery_{16};
  std::vector<int> labels_;
};

double mean_psnr(const std::vector<Image>& made, const std::vector<Image>& wanted) {
  double sum = 0;
  for (std::size_t i = 0; i < made.size(); ++i) sum += std::min(psnr(made[i], wanted[i]), 70.0);
  return sum / static_cast<double>(made.size());
}

/// The mean training picture of the shape and colour, for each picture.
std::vector<Image> mean_pictures(const Pictures& pictures) {
  std::vector<Image> means;
  for (const ShapePicture& wanted : pictures.unseen) {
    std::vector<double> sums(wanted.image.pixels.size());
    double count = 0;
    for (const ShapePicture& each : pictures.training) {
      if (each.shape != wanted.shape || each.color != wanted.color) continue;
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += each.image.pixels[i];
      ++count;
    }
    Image mean = wanted.image;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      mean.pixels[i] = static_cast<std::uint8_t>(sums[i] / std::max(1.0, count) + 0.5);
    }
    means.push_back(std::move(mean));
  }
  return means;
}

struct Exchange {
  double borrowed = 0;          ///< share that has what the other picture lent
  double kept = 0;              ///< share that has still the rest
  double without_exchange = 0;  ///< what `borrowed` is for the picture itself
};

/// Pairs of unseen pictures; the first gets the features of encoder `part` of the second.
Exchange exchange(const ImageDecoder& decoder, const std::vector<ShapePicture>& unseen,
                  std::size_t part, const Namer& lent, const Namer& kept, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<ShapePicture> firsts;
  std::vector<ShapePicture> seconds;
  for (std::size_t i = 0; i < kPairs; ++i) {
    firsts.push_back(unseen[random() % unseen.size()]);
    seconds.push_back(unseen[random() % unseen.size()]);
  }
  std::vector<float> codes = decoder.encode(images_of(firsts));
  const std::vector<float> others = decoder.encode(images_of(seconds));
  const CodePart& features = decoder.parts()[part];
  for (std::size_t i = 0; i < kPairs; ++i) {
    const auto first = static_cast<std::ptrdiff_t>(i * decoder.code_size() + features.first);
    std::copy_n(others.begin() + first, features.size, codes.begin() + first);
  }
  const std::vector<Image> made = decoder.decode(codes);
  return {lent.share(made, seconds), kept.share(made, firsts),
          lent.share(images_of(firsts), seconds)};
}

template <typename Command, typename Parse>
Command parse(const std::string& first, const std::string& more, Parse&& parse_words) {
  std::istringstream switches(first + more);
  const std::vector<std::string> words(std::istream_iterator<std::string>{switches}, {});
  return parse_words(std::vector<std::string_view>(words.begin(), words.end()));
}

void run(const Options& options, const std::vector<ShapePicture>& all, std::uint64_t seed) {
  const auto encoder_command =
      parse<cli::TrainCommand>("DIR -o FILE ", options.train,
                               [](const auto& words) { return cli::parse_train_args(words); });
  auto decoder_command =
      parse<cli::DecoderCommand>("DIR -o FILE --encoder FILE ", options.decoder,
                                 [](const auto& words) { return cli::parse_decoder_args(words); });
  const Pictures pictures = draw(all, options.count, seed);
  const Namer color(pictures.training, &ShapePicture::color, encoder_command, seed);
  const Namer shape(pictures.training, &ShapePicture::shape, encoder_command, seed);

  const std::vector<ConditionEncoder> encoders = {read_condition_encoder(color.file(), "colour"),
                                                  read_condition_encoder(shape.file(), "shape")};
  const LabeledImages images =
      labeled(pictures.training, &ShapePicture::shape, training::decoder_input(encoders));
  decoder_command.options.seed = seed;
  const training::DecoderResult result =
      training::train_decoder(images, encoders, decoder_command.options);
  const ImageDecoder decoder(write_decoder_model(result.model));

  const std::vector<Image> wanted = images_of(pictures.unseen);
  const std::vector<Image> again = decoder.decode(decoder.encode(wanted));
  const Exchange colors = exchange(decoder, pictures.unseen, 0, color, shape, seed);
  const Exchange shapes = exchange(decoder, pictures.unseen, 1, shape, color, seed);
  const auto percent = [](double share) { return fmt::format("{:.2f} %", share * 100); };
  std::cout << fmt::format(
                   "seed {}, {} training pictures, decoder trained in {:.0f} s\n"
                   "  made again: PSNR {:.2f} dB of {} unseen (mean picture of the class {:.2f})\n"
                   "  colour exchanged: borrowed colour {} (without {}), kept shape {}\n"
                   "  shape exchanged: borrowed shape {} (without {}), kept colour {}\n",
                   seed, pictures.training.size(), result.seconds, mean_psnr(again, wanted),
                   wanted.size(), mean_psnr(mean_pictures(pictures), wanted),
                   percent(colors.borrowed), percent(colors.without_exchange), percent(colors.kept),
                   percent(shapes.borrowed), percent(shapes.without_exchange), percent(shapes.kept))
            << std::flush;
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  using namespace simdb::bench;  // NOLINT(google-build-using-namespace): this is its program
  namespace po = boost::program_options;
  return guarded_main("decoder_bench", [&] {
    simdb::training::keep_freed_memory();
    Options options;
    po::options_description all("Options");
    auto add = all.add_options();
    add("data", po::value(&options.data)->required(), "multicolor_shapes");
    add("count", po::value(&options.count)->default_value(options.count),
        "training pictures of each shape in each colour, at most 400");
    add("seeds", po::value(&options.seeds)->default_value(options.seeds), "draws");
    add("train", po::value(&options.train), "more words for the encoders, as of 'simdb train'");
    add("decoder", po::value(&options.decoder), "more words, as of 'simdb train-decoder'");
    if (!parse_arguments(argc, argv, all)) return;
    const auto pictures = load_shape_pictures(options.data);
    for (int seed = 1; seed <= options.seeds; ++seed) {
      run(options, pictures, static_cast<std::uint64_t>(seed));
    }
  });
}
