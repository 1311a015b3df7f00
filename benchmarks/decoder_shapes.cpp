// The shapes' part of decoder_bench.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <set>

#include "benchmarks/decoder_trial.h"
#include "benchmarks/quality_protocols.h"

namespace simdb::bench {
namespace {

constexpr int kFirstTestNumber = 400;  // outline n is the same in every colour

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

/// Of unseen pictures by two.
struct Pairs {
  std::vector<ShapePicture> firsts;
  std::vector<ShapePicture> seconds;
};

Pairs draw_pairs(const std::vector<ShapePicture>& unseen, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Pairs pairs;
  for (std::size_t i = 0; i < kExchangedPairs; ++i) {
    pairs.firsts.push_back(unseen[random() % unseen.size()]);
    pairs.seconds.push_back(unseen[random() % unseen.size()]);
  }
  return pairs;
}

/// An encoder of one attribute.
struct AttributeNamer {
  AttributeNamer(const std::vector<ShapePicture>& pictures, Attribute which,
                 const TrialOptions& options, std::uint64_t seed)
      : attribute(which),
        names(names_of(pictures, which)),
        namer(images_of(pictures), labels_of(pictures, which, names), names,
              encoder_input(options.train), options.train, seed) {}

  double share(const std::vector<Image>& images, const std::vector<ShapePicture>& wanted) const {
    return namer.share(images, labels_of(wanted, attribute, names));
  }

  Attribute attribute;
  std::vector<std::string> names;
  Namer namer;
};

/// The first pictures of pairs with the features of the decoder's encoder `part` of the second.
std::string tell_exchange(const ImageDecoder& decoder, const Pairs& pairs, std::size_t part,
                          const AttributeNamer& lent, const AttributeNamer& kept) {
  const std::vector<Image> firsts = images_of(pairs.firsts);
  const std::vector<Image> made = exchange(decoder, firsts, images_of(pairs.seconds), part);
  return fmt::format("borrowed {} (without {}), kept {}", percent(lent.share(made, pairs.seconds)),
                     percent(lent.share(firsts, pairs.seconds)),
                     percent(kept.share(made, pairs.firsts)));
}

}  // namespace

void run_shapes(const TrialOptions& options, std::uint64_t seed) {
  const Pictures pictures = draw(load_shape_pictures(options.data), options.count, seed);
  const AttributeNamer color(pictures.training, &ShapePicture::color, options, seed);
  const AttributeNamer shape(pictures.training, &ShapePicture::shape, options, seed);
  const TrainedDecoder trained =
      train_behind({&color.namer, &shape.namer}, images_of(pictures.training),
                   labels_of(pictures.training, shape.attribute, shape.names), shape.names,
                   options.decoder, seed);
  const std::vector<Image> unseen = images_of(pictures.unseen);
  const Pairs pairs = draw_pairs(pictures.unseen, seed);
  std::cout << fmt::format(
                   "seed {}, {} training pictures, decoder trained in {:.0f} s\n"
                   "  made again: PSNR {:.2f} dB of {} unseen (mean picture of the class {:.2f})\n"
                   "  colour exchanged: colour {} shape\n"
                   "  shape exchanged: shape {} colour\n",
                   seed, pictures.training.size(), trained.seconds,
                   psnr_again(trained.decoder, unseen), unseen.size(),
                   mean_psnr(mean_pictures(pictures), unseen),
                   tell_exchange(trained.decoder, pairs, 0, color, shape),
                   tell_exchange(trained.decoder, pairs, 1, shape, color))
            << std::flush;
}

}  // namespace simdb::bench
