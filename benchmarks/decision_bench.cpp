// What p-values add to the time of a query: the same queries of a calibrated database with and
// without them, in turns. docs/decisions/0031 has the figures.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "benchmarks/bench_support.h"
#include "core/file_io.h"
#include "pipeline/formats/vector_reader.h"
#include "simdb/calibration.h"
#include "simdb/database.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string database;
  std::string vectors;
  std::string image;
  double alpha = 0.05;
  int rounds = 15;
};

double cpu_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds_of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

std::string text_of(const std::vector<double>& ratios) {
  const Spread spread = spread_of(ratios);
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", spread.median, spread.min, spread.max);
}

/// Runs both in turns and prints how their times compare. `who`: whose CPU time.
template <typename Plain, typename Calibrated>
void compare(const std::string& what, int rounds, int who, Plain&& plain, Calibrated&& calibrated) {
  std::vector<double> seconds_plain;
  std::vector<double> wall;
  std::vector<double> cpu;
  for (int round = -1; round < rounds; ++round) {  // the first one warms the caches
    const double start = cpu_seconds(who);
    const double without = seconds(plain);
    const double middle = cpu_seconds(who);
    const double with = seconds(calibrated);
    const double end = cpu_seconds(who);
    if (round < 0) continue;
    seconds_plain.push_back(without);
    wall.push_back(with / without);
    cpu.push_back((end - middle) / (middle - start));
  }
  fmt::print("  {:<28} {:>9.2f} ms without; with: time {:<22} CPU time {}\n", what,
             1e3 * spread_of(seconds_plain).median, text_of(wall), text_of(cpu));
  std::fflush(stdout);
}

EmbeddingBatch read_vectors(const std::string& file, std::size_t dimension) {
  std::ifstream in(file);
  if (!in) throw Error(ErrorCode::kNotFound, "can't read " + file);
  VectorReader reader(in, file, dimension);
  EmbeddingBatch rows(dimension);
  for (std::vector<float> values; reader.next(values);) rows.append_normalized(values);
  return rows;
}

void measure_library(const Options& options) {
  const Database database =
      Database::open(options.database, {.mode = OpenMode::kReadOnly, .encoder_loader = {}});
  const Gallery& gallery = database.gallery();
  const auto calibration = Calibration::load(gallery);
  if (!calibration) throw Error(ErrorCode::kUsage, options.database + " is not calibrated");
  const AnswerSets sets(*calibration, options.alpha);
  const EmbeddingBatch rows = read_vectors(options.vectors, gallery.dimension());
  const QueryOptions query;
  std::size_t possible = 0;
  for (const Decision& decision :
       sets.decide_batch(gallery, rows, database.query_batch(rows, query), query)) {
    possible += decision.possible.size();
  }
  fmt::print("{}: {} items, {} queries, {:.1f} possible classes per query\n", options.database,
             gallery.stats().items, rows.rows(),
             static_cast<double>(possible) / static_cast<double>(rows.rows()));
  compare(
      "library, one by one", options.rounds, RUSAGE_SELF,
      [&] {
        for (std::size_t i = 0; i < rows.rows(); ++i) database.query(rows.row(i), query);
      },
      [&] {
        for (std::size_t i = 0; i < rows.rows(); ++i) {
          sets.decide(gallery, rows.row(i), database.query(rows.row(i), query), query);
        }
      });
  compare(
      "library, a batch", options.rounds, RUSAGE_SELF, [&] { database.query_batch(rows, query); },
      [&] { sets.decide_batch(gallery, rows, database.query_batch(rows, query), query); });
}

void measure_program(const Options& options, const std::string& what,
                     std::vector<std::string> command) {
  command.insert(command.begin(),
                 {(program_folder() / "simdb").string(), "query", "--db", options.database});
  std::vector<std::string> without = command;
  without.insert(without.end(), {"--accept", "0.5"});
  command.insert(command.end(), {"--alpha", fmt::format("{}", options.alpha)});
  compare(
      what, options.rounds, RUSAGE_CHILDREN, [&] { run_program(without); },
      [&] { run_program(command); });
}

void run(const Options& options) {
  if (!options.vectors.empty()) {
    measure_library(options);
    measure_program(options, "simdb query --vectors", {"--vectors", options.vectors});
    const fs::path one = fs::temp_directory_path() / fmt::format("decision_bench.{}", ::getpid());
    std::string line;
    std::ifstream in(options.vectors);
    std::getline(in, line);
    std::ofstream(one) << line << '\n';
    measure_program(options, "the same, of one vector", {"--vectors", one.string()});
    fs::remove(one);
  }
  if (!options.image.empty()) measure_program(options, "simdb query IMAGE", {options.image});
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  simdb::bench::Options options;
  po::options_description description(
      "decision_bench: the time of queries with p-values over that without");
  description.add_options()("db", po::value(&options.database)->required(),
                            "a calibrated database")("vectors", po::value(&options.vectors),
                                                     "queries, as JSON lines")(
      "image", po::value(&options.image), "an image, if it has an encoder")(
      "alpha", po::value(&options.alpha)->default_value(options.alpha), "")(
      "rounds", po::value(&options.rounds)->default_value(options.rounds), "repetitions");
  return simdb::bench::guarded_main("decision_bench", [&] {
    if (simdb::bench::parse_arguments(argc, argv, description)) simdb::bench::run(options);
  });
}
