// MNIST's part of decoder_bench.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <random>

#include "benchmarks/decoder_trial.h"
#include "benchmarks/idx_file.h"
#include "benchmarks/stroke_moments.h"

namespace simdb::bench {
namespace {

constexpr std::size_t kDigits = 10;
constexpr std::size_t kTested = 1000;  // unseen digits that are made again

struct Digits {
  std::vector<Image> images;
  std::vector<int> labels;
};

IdxImages read(const std::string& folder, const std::string& part) {
  const std::filesystem::path path(folder);
  return read_idx(path / (part + "-images-idx3-ubyte.gz"), path / (part + "-labels-idx1-ubyte.gz"));
}

Digits take(const IdxImages& from, const std::vector<std::size_t>& rows) {
  Digits digits;
  for (const std::size_t row : rows) {
    digits.images.push_back(from.image(row));
    digits.labels.push_back(from.labels[row]);
  }
  return digits;
}

/// `count` of each digit at random.
Digits draw(const IdxImages& from, std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> rows(from.labels.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  std::shuffle(rows.begin(), rows.end(), std::mt19937_64(seed));
  std::array<std::size_t, kDigits> taken{};
  std::erase_if(rows, [&](std::size_t row) { return taken.at(from.labels[row])++ >= count; });
  return take(from, rows);
}

Digits draw_any(const IdxImages& from, std::size_t count, std::mt19937_64& random) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < count; ++i) rows.push_back(random() % from.labels.size());
  return take(from, rows);
}

/// How images differ from their digit's mean handwriting.
class Handwriting {
 public:
  explicit Handwriting(const Digits& training) {
    std::array<double, kDigits> counts{};
    for (std::size_t i = 0; i < training.images.size(); ++i) {
      const auto digit = static_cast<std::size_t>(training.labels[i]);
      const StrokeMoments found = stroke_moments(training.images[i]);
      means_.at(digit).slant += found.slant;
      means_.at(digit).width += found.width;
      ++counts.at(digit);
    }
    for (std::size_t digit = 0; digit < kDigits; ++digit) {
      means_.at(digit).slant /= std::max(1.0, counts.at(digit));
      means_.at(digit).width /= std::max(1.0, counts.at(digit));
    }
  }

  std::vector<double> deviations(const std::vector<Image>& images, const std::vector<int>& labels,
                                 double StrokeMoments::* of) const {
    std::vector<double> values;
    for (std::size_t i = 0; i < images.size(); ++i) {
      values.push_back(stroke_moments(images[i]).*of -
                       means_.at(static_cast<std::size_t>(labels[i])).*of);
    }
    return values;
  }

 private:
  std::array<StrokeMoments, kDigits> means_{};
};

}  // namespace

void run_digits(const TrialOptions& options, std::uint64_t seed) {
  const Digits training =
      draw(read(options.data, "train"), static_cast<std::size_t>(options.count), seed);
  const IdxImages unseen = read(options.data, "t10k");
  std::vector<std::string> names;
  for (std::size_t digit = 0; digit < kDigits; ++digit) names.push_back(std::to_string(digit));
  InputSpec input = encoder_input(options.train);
  input.channels = 1;
  const Namer namer(training.images, training.labels, names, input, options.train, seed);
  const TrainedDecoder trained =
      train_behind({&namer}, training.images, training.labels, names, options.decoder, seed);

  std::mt19937_64 random(seed);
  const Digits again = draw_any(unseen, kTested, random);
  const Digits firsts = draw_any(unseen, kExchangedPairs, random);
  const Digits seconds = draw_any(unseen, kExchangedPairs, random);
  const std::vector<Image> made = exchange(trained.decoder, firsts.images, seconds.images, 0);
  const Handwriting handwriting(training);
  const auto tell = [&](double StrokeMoments::* of) {
    const auto changed = handwriting.deviations(made, seconds.labels, of);
    return fmt::format(
        "{:.3f} (with the second image's {:.3f})",
        correlation(changed, handwriting.deviations(firsts.images, firsts.labels, of)),
        correlation(changed, handwriting.deviations(seconds.images, seconds.labels, of)));
  };
  std::cout << fmt::format(
                   "seed {}, {} training digits, decoder trained in {:.0f} s; the encoder names "
                   "{} of unseen digits\n"
                   "  made again: PSNR {:.2f} dB of {} unseen\n"
                   "  digit exchanged: borrowed digit {} (without {})\n"
                   "  correlation with the first image: slant {}, stroke width {}\n",
                   seed, training.images.size(), trained.seconds,
                   percent(namer.share(again.images, again.labels)),
                   psnr_again(trained.decoder, again.images), again.images.size(),
                   percent(namer.share(made, seconds.labels)),
                   percent(namer.share(firsts.images, seconds.labels)), tell(&StrokeMoments::slant),
                   tell(&StrokeMoments::width))
            << std::flush;
}

}  // namespace simdb::bench
