#include "benchmarks/decoder_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <utility>

#include "cli/train/decoder_args.h"
#include "cli/train/train_args.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/onnx_model_decoder.h"
#include "encoder/training/decoder_trainer.h"
#include "encoder/training/recipe.h"
#include "encoder/training/trainer.h"
#include "measures/evaluation.h"

namespace simdb::bench {
namespace {

using training::LabeledImages;

template <typename Parse>
auto parse(const std::string& first, const std::string& more, Parse&& parse_words) {
  std::istringstream switches(first + more);
  const std::vector<std::string> words(std::istream_iterator<std::string>{switches}, {});
  return parse_words(std::vector<std::string_view>(words.begin(), words.end()));
}

cli::TrainCommand train_command(const std::string& words) {
  return parse("DIR -o FILE ", words, [](const auto& all) { return cli::parse_train_args(all); });
}

}  // namespace

LabeledImages label(const std::vector<Image>& pictures, std::vector<int> labels,
                    std::vector<std::string> classes, const InputSpec& input) {
  LabeledImages images;
  images.input = input;
  images.classes = std::move(classes);
  images.labels = std::move(labels);
  for (const Image& picture : pictures) {
    const Image fitted = fit_to_input(picture, input);
    images.pixels.insert(images.pixels.end(), fitted.pixels.begin(), fitted.pixels.end());
  }
  return images;
}

Namer::Namer(const std::vector<Image>& pictures, std::vector<int> labels,
             std::vector<std::string> classes, const InputSpec& input, const std::string& words,
             std::uint64_t seed)
    : labels_(labels) {
  const LabeledImages images = label(pictures, std::move(labels), std::move(classes), input);
  training::TrainOptions options = train_command(words).change(training::recommend(images));
  options.seed = seed;
  file_ = write_onnx_model(training::train(images, nullptr, options).model);
  encoder_.emplace(file_);
  gallery_ = encoder_->encode(pictures);
}

double Namer::share(const std::vector<Image>& pictures, const std::vector<int>& labels) const {
  return query_against_gallery(encoder_->encode(pictures), labels, gallery_, labels_).accuracy;
}

InputSpec encoder_input(const std::string& words) { return train_command(words).input; }

TrainedDecoder train_behind(const std::vector<const Namer*>& encoders,
                            const std::vector<Image>& pictures, std::vector<int> labels,
                            std::vector<std::string> classes, const std::string& words,
                            std::uint64_t seed) {
  auto command = parse("DIR -o FILE --encoder FILE ", words,
                       [](const auto& all) { return cli::parse_decoder_args(all); });
  std::vector<ConditionEncoder> behind;
  for (const Namer* encoder : encoders) {
    behind.push_back(read_condition_encoder(encoder->file(), std::to_string(behind.size() + 1)));
  }
  const LabeledImages images =
      label(pictures, std::move(labels), std::move(classes), training::decoder_input(behind));
  command.options.seed = seed;
  const training::DecoderResult result = training::train_decoder(images, behind, command.options);
  return {ImageDecoder(write_decoder_model(result.model)), result.seconds};
}

double mean_psnr(const std::vector<Image>& made, const std::vector<Image>& wanted) {
  constexpr double kMost = 70;  // equal pictures would be infinitely good
  double sum = 0;
  for (std::size_t i = 0; i < made.size(); ++i) sum += std::min(psnr(made[i], wanted[i]), kMost);
  return sum / static_cast<double>(made.size());
}

double psnr_again(const ImageDecoder& decoder, const std::vector<Image>& pictures) {
  return mean_psnr(decoder.decode(decoder.encode(pictures)), pictures);
}

std::vector<Image> exchange(const ImageDecoder& decoder, const std::vector<Image>& firsts,
                            const std::vector<Image>& seconds, std::size_t part) {
  std::vector<float> codes = decoder.encode(firsts);
  const std::vector<float> others = decoder.encode(seconds);
  const CodePart& features = decoder.parts()[part];
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    const auto first = static_cast<std::ptrdiff_t>(i * decoder.code_size() + features.first);
    std::copy_n(others.begin() + first, features.size, codes.begin() + first);
  }
  return decoder.decode(codes);
}

std::string percent(double share) { return fmt::format("{:.2f} %", share * 100); }

}  // namespace simdb::bench
