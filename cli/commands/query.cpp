#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/file_failures.h"
#include "cli/image_arguments.h"
#include "cli/item_options.h"
#include "cli/render.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/encode_images.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

nlohmann::ordered_json to_json(const Database& database, const std::string& path,
                               const Prediction& prediction) {
  nlohmann::ordered_json ranking = nlohmann::ordered_json::array();
  for (const ClassScore& entry : prediction.ranking) {
    ranking.push_back({{"class", entry.class_name}, {"score", entry.score}});
  }
  std::vector<ItemId> ids;
  ids.reserve(prediction.neighbors.size());
  for (const LabeledNeighbor& neighbor : prediction.neighbors) ids.push_back(neighbor.id);
  const auto records = database.gallery().get_many(ids);
  nlohmann::ordered_json neighbors = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const LabeledNeighbor& neighbor = prediction.neighbors[i];
    neighbors.push_back({{"id", to_number(neighbor.id)},
                         {"class", neighbor.class_name},
                         {"similarity", neighbor.similarity},
                         {"source", neighbor.source}});
    const auto& record = records[i];
    if (!record) continue;  // removed meanwhile
    const ItemInfo& info = record->info;
    if (!info.key.empty()) neighbors.back()["key"] = info.key;
    if (!info.metadata.empty()) neighbors.back()["metadata"] = simdb::to_json(info.metadata);
  }
  nlohmann::ordered_json name = nullptr;
  if (!prediction.ranking.empty()) name = prediction.class_name;
  return {{"path", path},
          {"class", name},
          {"confidence", prediction.confidence},
          {"accepted", prediction.accepted},
          {"ranking", ranking},
          {"neighbors", neighbors}};
}

// `within` as it was asked for; how many items there are to compare with.
std::string verdict(const Prediction& prediction, std::optional<float> within,
                    std::uint64_t items) {
  if (prediction.ranking.empty()) {
    return within && items > 0
               ? fmt::format("unknown (no item has a similarity of {} or more)", *within)
               : "unknown (nothing to compare with)";
  }
  const std::string name = printable(prediction.class_name);
  if (prediction.accepted) return fmt::format("{}  {}", name, percent(prediction.confidence));
  return fmt::format("unknown (nearest class {}, similarity {:.3f})", name,
                     prediction.neighbors.front().similarity);
}

void print_details(std::ostream& out, const Prediction& prediction) {
  if (prediction.neighbors.empty()) return;
  out << "\n  similarity     id  class and source\n";
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    out << fmt::format("  {:>10.4f} {:>6}  {}  {}\n", neighbor.similarity, to_number(neighbor.id),
                       printable(neighbor.class_name), printable(neighbor.source));
  }
}

float similarity_of(const ArgumentParser& parser, const char* option) {
  const auto value = parser.get<float>(option);
  if (value < -1 || value > 1) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--{} is a similarity, from -1 to 1, not {}", option, value));
  }
  return value;
}

}  // namespace

int run_query(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "query PATH...",
      "Classifies images by a similarity-weighted vote of their nearest neighbours. PATH is a "
      "file,\na folder or - for a list on stdin. One image is answered with its neighbours, many "
      "with\na line each: class, confidence, path.");
  parser.options().add_options()(
      "k,k", po::value<std::size_t>()->default_value(10)->value_name("N"), "neighbours that vote");
  add_filter_options(parser);
  parser.options().add_options()(
      "accept", po::value<float>()->default_value(0.5F, "0.5")->value_name("S"),
      "similarity of the nearest neighbour below which an image is unknown");
  parser.options().add_options()("within", po::value<float>()->value_name("S"),
                                 "let all items of at least this similarity vote");
  parser.with_lists().with_image_limits().with_database().with_json();
  if (!parser.parse(args, console, 1, kAnyNumber)) return 0;
  QueryOptions options{.k = parser.get<std::size_t>("k"),
                       .accept_similarity = similarity_of(parser, "accept")};
  if (options.k == 0) throw Error(ErrorCode::kUsage, "-k must be at least 1");
  options.filter = filter_of(parser);
  if (parser.has("within")) options.within = similarity_of(parser, "within");
  const ImageLimits limits = parser.image_limits();

  ImageArguments images(console);
  const std::vector<std::filesystem::path> paths = images.files(parser, parser.positional());
  const Database database = open_database(parser, OpenMode::kReadOnly);
  require_classes(database, options.filter);
  const std::uint64_t items = database.gallery().stats().items;
  std::vector<ImageFailure> failures;
  encode_images(database.encoder(), list_of(paths, limits), [&](EncodedRun& run) {
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      const std::string path = paths[run.indices[i]].string();
      const Prediction prediction = database.query(run.embeddings.row(i), options);
      if (parser.flag("json")) {
        print_json(console.out, to_json(database, path, prediction));
      } else if (paths.size() > 1) {
        console.out << fmt::format("{:<24} {}\n", verdict(prediction, options.within, items),
                                   printable(path));
      } else {
        console.out << verdict(prediction, options.within, items) << '\n';
        print_details(console.out, prediction);
      }
    }
    console.out.flush();
    print_failures(console.err, run.failures);
    failures.insert(failures.end(), run.failures.begin(), run.failures.end());
    return static_cast<bool>(console.out);
  });
  return images.exit_code(failures, paths.size());
}

}  // namespace simdb::cli
