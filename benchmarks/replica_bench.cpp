// What a copy that follows another gallery costs: to make, to ask, and how far behind it is.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/program_options/value_semantic.hpp>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "benchmarks/bench_support.h"
#include "benchmarks/knn_data.h"
#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "database/replica_gallery.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 10'000;
constexpr std::size_t kQueries = 5'000;
constexpr std::chrono::milliseconds kFollowEvery{50};  // as `simdb serve`
constexpr std::chrono::milliseconds kPause{20};        // between commits, on average

void add_rows(Gallery& gallery, const EmbeddingBatch& rows, std::size_t first, std::size_t last) {
  EmbeddingBatch embeddings(rows.dimension());
  std::vector<NewItem> items;
  for (; first < last; ++first) {
    embeddings.append_unit(rows.row(first));
    NewItem item;
    item.info.class_name = "class " + std::to_string(first % 1000);
    item.info.source = "/pictures/" + std::to_string(first) + ".png";
    item.info.digest = sha256(std::as_bytes(std::span(&first, 1)));
    item.info.metadata = {{"n", static_cast<double>(first % 100)}};
    item.thumbnail.resize(1000);
    items.push_back(std::move(item));
  }
  gallery.add(items, embeddings);
}

std::unique_ptr<EmbeddedGallery> open(const fs::path& folder, StoreMode mode) {
  return std::make_unique<EmbeddedGallery>(Store::open(store_path(folder), mode), folder);
}

// Median microseconds of look-ups, one after another.
double query_us(const Gallery& gallery, const EmbeddingBatch& queries, const Lookup& lookup) {
  std::vector<double> times;
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    times.push_back(1e6 * seconds([&] { gallery.look_up(queries.row(q), lookup); }));
  }
  return spread_of(std::move(times)).median;
}

struct Lag {
  double p50_ms = 0;
  double p99_ms = 0;
  double most_ms = 0;
};

// From the return of a commit to when the copy shows it, while a thread follows.
Lag lag(Gallery& writer, ReplicaGallery& copy, const EmbeddingBatch& rows, std::size_t first,
        std::size_t commits) {
  std::atomic<bool> stop = false;
  std::thread follower([&] {
    while (!stop) {
      std::this_thread::sleep_for(kFollowEvery);
      copy.refresh();
    }
  });
  std::mt19937 random(1);
  std::uniform_int_distribution<int> pause_us(0, 2'000 * static_cast<int>(kPause.count()));
  std::vector<double> times;
  for (std::size_t i = 0; i < commits; ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds(pause_us(random)));
    add_rows(writer, rows, first + i, first + i + 1);
    const std::uint64_t change = writer.changes();
    times.push_back(1e3 * seconds([&] {
                      while (copy.changes() < change) {
                        std::this_thread::sleep_for(std::chrono::microseconds(100));
                      }
                    }));
  }
  stop = true;
  follower.join();
  std::ranges::sort(times);
  return {times[times.size() / 2], times[times.size() * 99 / 100], times.back()};
}

nlohmann::ordered_json measure(std::size_t count, int rounds, std::size_t commits) {
  std::string name = (fs::temp_directory_path() / "simdb-replica-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  const KnnData data = draw_data("clustered", {.rows = count + 2 * commits, .queries = kQueries});
  const std::vector<std::byte> model(1000, std::byte{1});
  Store::create(store_path(folder), {data.rows.dimension(), to_hex(sha256(model)), model}).reset();
  const std::shared_ptr<Gallery> writer = open(folder, StoreMode::kReadWrite);
  for (std::size_t first = 0; first < count; first += kAtOnce) {
    add_rows(*writer, data.rows, first, std::min(count, first + kAtOnce));
  }
  const fs::path copies = folder / "copies";
  std::unique_ptr<ReplicaGallery> copy;
  const double first_s = seconds(
      [&] { copy = std::make_unique<ReplicaGallery>(writer, ReplicaOptions{.folder = copies}); });
  copy.reset();
  const double again_s = seconds([&] {
    copy = std::make_unique<ReplicaGallery>(writer, ReplicaOptions{.folder = copies});
    copy->search(data.queries.row(0), 1);
  });

  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  const auto note = [&](const std::string& what, const Spread& spread) {
    results.push_back(
        {{"what", what}, {"median", spread.median}, {"min", spread.min}, {"max", spread.max}});
  };
  const auto note_one = [&](const std::string& what, double value) {
    note(what, {value, value, value});
  };
  note_one("first copy, s", first_s);
  note_one("the next start, s", again_s);
  const std::vector<std::pair<std::string, Lookup>> kinds{
      {"look-up", {.k = 10}},
      {"in a class", {.k = 10, .filter = {{"class 7"}}}},
      {"with metadata", {.k = 10, .filter = {.where = {{"n", Comparison::kLess, 10.0}}}}}};
  for (const auto& [kind, lookup] : kinds) {
    std::vector<double> original_us;
    std::vector<double> copy_us;
    std::vector<double> ratios;
    for (int round = -1; round < rounds; ++round) {  // in turns; the first one warms the cache
      const double one = query_us(*writer, data.queries, lookup);
      const double other = query_us(*copy, data.queries, lookup);
      if (round < 0) continue;
      original_us.push_back(one);
      copy_us.push_back(other);
      ratios.push_back(other / one);
    }
    note(kind + " of the embedded gallery, us", spread_of(original_us));
    note(kind + " of the copy, us", spread_of(copy_us));
    note("the second over the first", spread_of(ratios));
  }
  const auto note_lag = [&](const std::string& what, const Lag& lag) {
    note(what + ", ms (p50, p50, p99)", {lag.p50_ms, lag.p50_ms, lag.p99_ms});
    note_one("the most, ms", lag.most_ms);
  };
  note_lag("lag behind the original itself", lag(*writer, *copy, data.rows, count, commits));
  ReplicaGallery of_reader(open(folder, StoreMode::kReadOnly));
  note_lag("lag behind another process's reader",
           lag(*writer, of_reader, data.rows, count + commits, commits));
  copy.reset();
  fs::remove_all(folder);
  return {{"machine", machine_name()},
          {"items", count},
          {"rounds", rounds},
          {"commits", commits},
          {"results", results}};
}

void run(int argc, char** argv) {
  std::size_t count = 200'000;
  std::size_t commits = 1'000;
  int rounds = 9;
  bool json = false;
  po::options_description options("replica_bench: what a copy that follows a gallery costs");
  options.add_options()("n", po::value(&count)->default_value(count), "items");
  options.add_options()("rounds", po::value(&rounds)->default_value(rounds), "repetitions");
  options.add_options()("commits", po::value(&commits)->default_value(commits),
                        "commits whose lag is measured");
  options.add_options()("json", po::bool_switch(&json), "one JSON object");
  if (!parse_arguments(argc, argv, options)) return;
  const nlohmann::ordered_json result = measure(count, rounds, commits);
  if (json) {
    fmt::print("{}\n", result.dump());
    return;
  }
  fmt::print("{}, {} items, {} rounds: median (least to most)\n",
             result["machine"].get<std::string>(), count, rounds);
  for (const auto& row : result["results"]) {
    fmt::print("  {:<52} {:>8.2f} ({:.2f} to {:.2f})\n", row["what"].get<std::string>(),
               row["median"].get<double>(), row["min"].get<double>(), row["max"].get<double>());
  }
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  return simdb::bench::guarded_main("replica_bench", [&] { simdb::bench::run(argc, argv); });
}
