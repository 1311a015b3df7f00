#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <random>
#include <vector>

#include "cli/args.h"
#include "cli/binary_output.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/kept_picture.h"
#include "cli/mosaic.h"
#include "cli/output_path.h"
#include "cli/render.h"
#include "core/file_io.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "simdb/image_decoder.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

constexpr std::size_t kMostSteps = 100;
constexpr std::size_t kMostSamples = 1000;
constexpr std::size_t kColumns = 8;

/// What is made, and what there is to say of it.
struct Made {
  std::vector<Image> images;
  std::size_t columns = 1;
  std::optional<double> psnr;  ///< of an image made again
};

Image read(const std::string& path, const ImageLimits& limits) {
  return load_image(path, limits).image;
}

/// OTHER or OTHER:N; a file may have a colon in its name.
struct Lender {
  std::string path;
  std::optional<std::size_t> encoder;  ///< from 0; unset: all of them
};

std::string encoder_list(const ImageDecoder& decoder) {
  std::string text;
  for (std::size_t i = 0; i < decoder.parts().size(); ++i) {
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", i + 1, decoder.parts()[i].name);
  }
  return text;
}

Lender parse_lender(const std::string& word, const ImageDecoder& decoder) {
  const std::size_t colon = word.rfind(':');
  std::error_code ignored;
  if (colon == std::string::npos || std::filesystem::exists(word, ignored)) return {word, {}};
  std::size_t number = 0;
  const char* end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data() + colon + 1, end, number);
  if (error != std::errc() || at != end) return {word, {}};
  if (number < 1 || number > decoder.parts().size()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--features-from {}: there is no encoder {}; the decoder's are {}",
                            word, number, encoder_list(decoder)));
  }
  return {word.substr(0, colon), number - 1};
}

void lend(std::span<const float> from, const CodePart& part, std::span<float> to) {
  std::ranges::copy(from.subspan(part.first, part.size), to.subspan(part.first, part.size).begin());
}

Made recreate_image(const ArgumentParser& parser, const ImageDecoder& decoder) {
  const ImageLimits limits = parser.image_limits();
  const Image image = read(parser.positional().front(), limits);
  std::vector<float> code = decoder.encode({&image, 1});
  const bool borrows = parser.has("features-from");
  if (borrows) {
    for (const auto& word : parser.get<std::vector<std::string>>("features-from")) {
      const Lender lender = parse_lender(word, decoder);
      const Image other = read(lender.path, limits);
      const std::vector<float> lent = decoder.encode({&other, 1});
      for (std::size_t i = 0; i < decoder.parts().size(); ++i) {
        if (lender.encoder.value_or(i) == i) lend(lent, decoder.parts()[i], code);
      }
    }
  }
  Made made{decoder.decode(code), 1, {}};
  if (!borrows) made.psnr = psnr(made.images.front(), decoder.fit(image));
  return made;
}

Made recreate_between(const ArgumentParser& parser, const ImageDecoder& decoder) {
  const std::size_t steps = parser.get<std::size_t>("steps");
  if (steps < 2 || steps > kMostSteps) {
    throw Error(ErrorCode::kUsage, fmt::format("--steps {} is not in 2 to {}", steps, kMostSteps));
  }
  const std::vector<Image> ends = {read(parser.positional()[0], parser.image_limits()),
                                   read(parser.positional()[1], parser.image_limits())};
  const std::vector<float> codes = decoder.encode(ends);
  const auto all = std::span(codes);
  std::vector<float> strip;
  for (std::size_t i = 0; i < steps; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(steps - 1);
    const std::vector<float> code =
        code_between(decoder, all.first(decoder.code_size()), all.last(decoder.code_size()), share);
    strip.insert(strip.end(), code.begin(), code.end());
  }
  return {decoder.decode(strip), steps, {}};
}

/// Items of the class at random. The gallery's encoder says what they are; other encoders, if the
/// decoder has some, see their thumbnails. The latent is drawn.
Made recreate_sample(const ArgumentParser& parser, const ImageDecoder& decoder) {
  const std::size_t count = parser.get<std::size_t>("count");
  if (count < 1 || count > kMostSamples) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--count {} is not in 1 to {}", count, kMostSamples));
  }
  const Database database = open_database(parser, OpenMode::kReadOnly);
  const Gallery& gallery = database.gallery();
  const std::string& name = parser.get<std::string>("sample");
  const CodePart& own = part_of(decoder, gallery.encoder_fingerprint());
  require_class(database, name);
  const std::vector<ItemId> items = gallery.items_of(name);
  if (items.empty()) fail_unknown_class(name);
  std::mt19937_64 random(parser.get<std::uint64_t>("seed"));
  std::normal_distribution<float> normal;
  std::vector<float> codes;
  for (std::size_t i = 0; i < count; ++i) {
    const ItemId id = items[random() % items.size()];
    const auto embedding = gallery.embedding(id);
    if (!embedding) continue;          // removed meanwhile
    std::vector<std::byte> thumbnail;  // for the decoder's other encoders
    if (decoder.parts().size() > 1) thumbnail = gallery.thumbnail(id);
    auto code = code_of(decoder, own, embedding->values(), thumbnail,
                        fmt::format("thumbnail of {}", to_number(id)));
    if (!code) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("item {} has no thumbnail for the decoder's other encoders to see; "
                              "take a decoder that was trained with {} alone",
                              to_number(id), own.name));
    }
    for (std::size_t j = 0; j < decoder.latent(); ++j) (*code)[j] = normal(random);
    codes.insert(codes.end(), code->begin(), code->end());
  }
  return {decoder.decode(codes), kColumns, {}};
}

std::string ways_of(const ArgumentParser& parser) {
  const std::size_t words = parser.positional().size();
  const bool between = parser.flag("between");
  const bool sample = parser.has("sample");
  if (between && sample) return "--between and --sample are two ways; take one";
  if (sample && words > 0) return "--sample takes the class's items, and no image";
  if (between && words != 2) return "--between takes two images";
  if (!between && !sample && words != 1)
    return "recreate takes one image, or --between or --sample";
  if (parser.has("features-from") && (between || sample)) {
    return "--features-from belongs to one image, not to --between or --sample";
  }
  return {};
}

void tell(const ArgumentParser& parser, const Made& made, const std::string& output,
          std::ostream& out) {
  const Image& first = made.images.front();
  if (parser.flag("json")) {
    nlohmann::ordered_json json = {{"output", output},
                                   {"images", made.images.size()},
                                   {"width", first.width},
                                   {"height", first.height}};
    if (made.psnr) json["psnr"] = *made.psnr;
    print_json(out, json);
    return;
  }
  out << fmt::format("wrote {}: {} of {} x {} pixels{}\n", output,
                     made.images.size() == 1 ? std::string("an image")
                                             : fmt::format("{} images", made.images.size()),
                     first.width, first.height,
                     made.psnr ? fmt::format(", PSNR {:.2f} dB", *made.psnr) : "");
}

}  // namespace

int run_recreate(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "recreate IMAGE   or   simdb recreate --between IMAGE IMAGE   or   simdb recreate --sample "
      "CLASS",
      "Makes an image again from what encoders keep of it, with features of another one, a strip "
      "from\none image to another (--between A B), or new images of a class (--sample CLASS). "
      "Writes a PNG file;\nwithout -o to standard output.");
  auto add = parser.options().add_options();
  add("decoder", po::value<std::string>()->value_name("FILE"), "what 'simdb train-decoder' wrote");
  add("features-from", po::value<std::vector<std::string>>()->composing()->value_name("IMAGE[:N]"),
      "take the features of the N-th encoder, or all, from it");
  add("between", "from the first of two images to the second");
  add("steps", po::value<std::size_t>()->default_value(8)->value_name("N"), "images of --between");
  add("sample", po::value<std::string>()->value_name("CLASS"),
      "features of items of this class, the latent drawn");
  add("count", po::value<std::size_t>()->default_value(16)->value_name("N"), "images of --sample");
  add("seed", po::value<std::uint64_t>()->default_value(1)->value_name("N"), "of --sample");
  add("output,o", po::value<std::string>()->value_name("FILE.png"), "the file to write");
  parser.with_image_limits().with_database().with_json();
  if (!parser.parse(args, console, 0, 2)) return 0;
  if (const std::string wrong = ways_of(parser); !wrong.empty()) {
    throw Error(ErrorCode::kUsage, wrong + "; see 'simdb recreate --help'");
  }
  if (!parser.has("decoder")) {
    throw Error(ErrorCode::kUsage,
                "name a decoder: --decoder FILE.onnx, which 'simdb train-decoder' writes");
  }
  const std::string output = parser.has("output") ? parser.get<std::string>("output") : "";
  const std::filesystem::path path = output.empty() ? "" : output_path(output);
  if (output.empty() && parser.flag("json")) {
    throw Error(ErrorCode::kUsage,
                "--json goes to standard output, where the image would; name "
                "a file with -o");
  }
  std::optional<ByteSink> sink;
  if (output.empty()) sink = binary_output(console.out, "an image", "simdb recreate IMAGE");

  const auto loaded = load_decoder(parser.get<std::string>("decoder"));
  const ImageDecoder& decoder = *loaded;
  const Made made = parser.has("sample")     ? recreate_sample(parser, decoder)
                    : parser.flag("between") ? recreate_between(parser, decoder)
                                             : recreate_image(parser, decoder);
  const Image page =
      made.images.size() == 1 ? made.images.front() : mosaic(made.images, made.columns);
  const std::vector<std::byte> png = encode_png(page);
  if (sink) {
    (*sink)(png);
    console.out.flush();
    return 0;
  }
  write_file_atomic(path, png);
  tell(parser, made, output, console.out);
  return 0;
}

}  // namespace simdb::cli
