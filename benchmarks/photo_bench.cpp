// How well an encoder and what needs no training tell classes apart of which a few images are
// added: photographs, views of objects, few-shot episodes.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cmath>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "benchmarks/bench_support.h"
#include "benchmarks/labeled_rows.h"
#include "benchmarks/photo_features.h"
#include "benchmarks/photo_protocol.h"
#include "core/random_order.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

struct Options {
  std::string data;
  std::vector<std::string> encoders;
  std::vector<std::size_t> lengths;
  std::string classes = "all";
  std::string level = "auto";
  std::string pick = "random";
  std::string queries = "10";
  DrawPlan plan;
  std::size_t per_class = 0;
  std::size_t voters = 10;
  int store_side = 0;
  bool within_parents = false;
  bool no_baselines = false;
  bool json = false;
};

/// The images of the chosen classes.
struct Pictures {
  std::vector<std::filesystem::path> files;
  std::vector<int> labels;
  std::vector<std::vector<std::size_t>> classes;
  std::vector<int> parents;
};

Pictures list_pictures(const Options& options) {
  Pictures pictures;
  std::map<std::string, int> parents;
  std::mt19937_64 random(options.plan.seed);
  for (ClassFolder& entry : choose_classes(
           find_class_folders(options.data, parse_class_level(options.level)), options.classes)) {
    std::vector<std::filesystem::path>& images = entry.images;
    if (options.per_class > 0 && images.size() > options.per_class) {
      draw_to_front(std::span(images), options.per_class, random);
      images.resize(options.per_class);
    }
    std::sort(images.begin(), images.end(),
              [](const auto& a, const auto& b) { return natural_less(a.native(), b.native()); });
    std::vector<std::size_t>& numbers = pictures.classes.emplace_back();
    for (std::filesystem::path& image : images) {
      numbers.push_back(pictures.files.size());
      pictures.labels.push_back(static_cast<int>(pictures.classes.size()) - 1);
      pictures.files.push_back(std::move(image));
    }
    const auto number = static_cast<int>(parents.size());
    pictures.parents.push_back(parents.try_emplace(entry.parent, number).first->second);
  }
  return pictures;
}

/// Leaves only the images that a draw uses: encoding is what takes time.
void keep_used(Pictures& pictures, std::vector<Draw>& draws) {
  std::map<std::size_t, std::size_t> places;
  for (const Draw& draw : draws) {
    for (const auto* images : {&draw.gallery, &draw.queries}) {
      for (const std::size_t image : *images) places.emplace(image, 0);
    }
  }
  Pictures kept;
  for (auto& [image, place] : places) {
    place = kept.files.size();
    kept.files.push_back(std::move(pictures.files[image]));
    kept.labels.push_back(pictures.labels[image]);
  }
  for (Draw& draw : draws) {
    for (std::size_t& image : draw.gallery) image = places.at(image);
    for (std::size_t& image : draw.queries) image = places.at(image);
  }
  pictures.files = std::move(kept.files);
  pictures.labels = std::move(kept.labels);
}

struct Moments {
  double mean = 0;
  double deviation = 0;   ///< standard deviation over the draws
  double interval95 = 0;  ///< half width, of the mean
};

Moments moments_of(const std::vector<double>& values) {
  Moments moments;
  const auto count = static_cast<double>(values.size());
  for (const double value : values) moments.mean += value / count;
  if (values.size() < 2) return moments;
  double squares = 0;
  for (const double value : values) squares += (value - moments.mean) * (value - moments.mean);
  moments.deviation = std::sqrt(squares / (count - 1));
  moments.interval95 = 1.96 * moments.deviation / std::sqrt(count);
  return moments;
}

/// One line of the table.
struct Line {
  std::string name;
  std::size_t dimension = 0;
  std::map<std::string, Moments> scores;
};

constexpr const char* kColumns[] = {"nearest_item", "class_mean", "vote"};

Line score(std::string name, const EmbeddingBatch& rows, std::span<const int> labels,
           std::span<const Draw> draws, std::size_t voters) {
  std::map<std::string, std::vector<double>> values;
  for (const Draw& draw : draws) {
    const DrawScore drawn = score_draw(rows, labels, draw, voters);
    values["nearest_item"].push_back(drawn.nearest_item);
    values["class_mean"].push_back(drawn.class_mean);
    values["vote"].push_back(drawn.vote);
  }
  Line line{std::move(name), rows.dimension(), {}};
  for (const auto& [column, shares] : values) line.scores[column] = moments_of(shares);
  return line;
}

std::vector<FeatureSource> sources_of(const Options& options) {
  std::vector<FeatureSource> sources;
  for (const std::string& file : options.encoders) {
    sources.push_back(encoder_source(file));
    if (!options.lengths.empty()) sources.back().lengths = options.lengths;
  }
  if (!options.no_baselines) {
    for (const char* name : {"pixels", "histogram", "hog", "hog+histogram"}) {
      sources.push_back({name, nullptr, {}});
    }
  }
  if (sources.empty()) throw Error(ErrorCode::kUsage, "name an --encoder FILE.onnx");
  return sources;
}

void print_json(const Options& options, const Pictures& pictures, const Draw& first,
                const std::vector<Line>& lines) {
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const Line& line : lines) {
    nlohmann::ordered_json entry = {{"name", line.name}, {"dimension", line.dimension}};
    for (const auto& [column, moments] : line.scores) {
      entry[column] = {{"mean", moments.mean},
                       {"deviation", moments.deviation},
                       {"interval95", moments.interval95}};
    }
    results.push_back(std::move(entry));
  }
  const nlohmann::ordered_json json = {{"classes", pictures.classes.size()},
                                       {"images", pictures.files.size()},
                                       {"ways", options.plan.ways},
                                       {"within_parents", options.within_parents},
                                       {"shots", options.plan.shots},
                                       {"pick", options.pick},
                                       {"gallery", first.gallery.size()},
                                       {"queries", first.queries.size()},
                                       {"draws", options.plan.draws},
                                       {"seed", options.plan.seed},
                                       {"store_size", options.store_side},
                                       {"k", options.voters},
                                       {"results", results}};
  std::cout << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void print_table(const Options& options, const Pictures& pictures, const Draw& first,
                 const std::vector<Line>& lines) {
  constexpr std::size_t kManyDraws = 30;
  const bool many = options.plan.draws >= kManyDraws;
  std::cout << fmt::format(
      "{}: {} classes{}, {} images added and {} asked per draw, {} draws, seed {}{}\n"
      "% right, mean ± {}\n{:<28} {:>6}",
      options.data, pictures.classes.size(),
      options.plan.ways > 0 ? fmt::format(", {}-way {}-shot", options.plan.ways, options.plan.shots)
                            : std::string(),
      first.gallery.size(), first.queries.size(), options.plan.draws, options.plan.seed,
      options.store_side > 0 ? fmt::format(", pictures of {0} x {0} pixels", options.store_side)
                             : std::string(),
      many ? "95 % interval" : "standard deviation over the draws", "", "floats");
  for (const char* column : {"nearest item", "class mean", "vote"}) {
    std::cout << fmt::format("  {:>12}", column);
  }
  std::cout << '\n';
  for (const Line& line : lines) {
    std::cout << fmt::format("{:<28} {:>6}", line.name, line.dimension);
    for (const char* column : kColumns) {
      const auto found = line.scores.find(column);
      std::cout << fmt::format(
          "  {:>12}",
          found == line.scores.end()
              ? std::string("-")
              : fmt::format("{:.1f} ± {:.1f}", found->second.mean * 100,
                            (many ? found->second.interval95 : found->second.deviation) * 100));
    }
    std::cout << '\n';
  }
}

void run(Options options) {
  if (options.data.empty()) throw Error(ErrorCode::kUsage, "name the class folders: --data DIR");
  options.plan.pick = parse_view_pick(options.pick);
  if (options.queries != "all") {
    options.plan.queries = parse_limit("queries=" + options.queries).second;
  }
  const std::vector<FeatureSource> sources = sources_of(options);
  Pictures pictures = list_pictures(options);
  std::vector<Draw> draws = draw_galleries(
      pictures.classes,
      options.within_parents ? std::span<const int>(pictures.parents) : std::span<const int>(),
      options.plan);
  keep_used(pictures, draws);
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const std::vector<EmbeddingBatch> features =
      read_features(pictures.files, sources, options.store_side, [&](std::size_t done) {
        if (!terminal) return;
        std::cerr << fmt::format("\r{} of {} images", done, pictures.files.size()) << std::flush;
      });
  if (terminal) std::cerr << '\n';
  std::vector<Line> lines;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    for (const std::size_t length : sources[s].lengths) {
      lines.push_back(score(fmt::format("{}, first {}", sources[s].name, length),
                            prefix_of(features[s], length), pictures.labels, draws,
                            options.voters));
    }
    lines.push_back(score(sources[s].name, features[s], pictures.labels, draws, options.voters));
  }
  (options.json ? print_json : print_table)(options, pictures, draws.front(), lines);
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  simdb::bench::DrawPlan& plan = options.plan;
  po::options_description description("photo_bench: a few images of each class are added", 96, 40);
  description.add_options()("data", po::value(&options.data), "class folders")(
      "encoder", po::value(&options.encoders)->composing(), "a model, FILE.onnx; may be repeated")(
      "length", po::value(&options.lengths)->composing(),
      "cut embeddings to these first floats too (else what the model's note 'nested' says)")(
      "classes", po::value(&options.classes)->default_value(options.classes),
      "all, every-second (odd places of the sorted names), or a file with one name per line")(
      "level", po::value(&options.level)->default_value(options.level),
      "which folders are classes: auto, top or leaf")(
      "shots", po::value(&plan.shots)->default_value(plan.shots),
      "images of a class that are added")(
      "pick", po::value(&options.pick)->default_value(options.pick),
      "which: random, first or spread (evenly over the sorted names)")(
      "queries", po::value(&options.queries)->default_value(options.queries),
      "others of each class that are asked, or all")(
      "draws", po::value(&plan.draws)->default_value(plan.draws), "galleries (episodes) drawn")(
      "ways", po::value(&plan.ways)->default_value(plan.ways),
      "classes of a draw: few-shot episodes; 0: all")(
      "within-parents", po::bool_switch(&options.within_parents),
      "the classes of a draw share their parent folder (an alphabet)")(
      "per-class", po::value(&options.per_class)->default_value(options.per_class),
      "use only so many images of each class, drawn; 0: all")(
      "store-size", po::value(&options.store_side)->default_value(options.store_side),
      "first shrink the centre square of each picture to N x N pixels, as CIFAR does; 0: don't")(
      "k", po::value(&options.voters)->default_value(options.voters), "neighbours that vote")(
      "seed", po::value(&plan.seed)->default_value(plan.seed), "what is drawn")(
      "no-baselines", po::bool_switch(&options.no_baselines),
      "leave out pixels, colour histogram and HOG")("json", po::bool_switch(&options.json),
                                                    "one JSON object");
  return simdb::bench::guarded_main("photo_bench", [&] {
    if (simdb::bench::parse_arguments(argc, argv, description)) simdb::bench::run(options);
  });
}
