// What `simdb export` and `simdb import` cost for many items, beside Python's json on the same
// lines.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "benchmarks/bench_support.h"
#include "benchmarks/knn_data.h"
#include "encoder/model/onnx_model.h"
#include "simdb/database.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr std::size_t kAtOnce = 10'000;

constexpr const char* kPythonReads = R"py(
import json, sys
for line in open(sys.argv[1]): json.loads(line)
)py";

constexpr const char* kPythonWrites = R"py(
import json, sys
with open(sys.argv[2], "w") as out:
    for line in open(sys.argv[1]): out.write(json.dumps(json.loads(line)) + "\n")
)py";

constexpr const char* kPythonStores = R"py(
import array, json, sqlite3, sys
store = sqlite3.connect(sys.argv[2])
store.execute("create table items (id integer primary key, class text, source text, digest text, metadata text, vector blob)")
with open(sys.argv[1]) as lines:
    next(lines)
    rows = (json.loads(line) for line in lines)
    store.executemany("insert into items values (?, ?, ?, ?, ?, ?)",
                      ((r["id"], r["class"], r["source"], r["sha256"], json.dumps(r["metadata"]),
                        array.array("f", r["vector"]).tobytes()) for r in rows))
store.execute("create index by_class on items (class)")
store.execute("create index by_digest on items (digest)")
store.commit()
)py";

NewItem item_of(std::size_t row) {
  const std::uint64_t chance = row * 2'654'435'761ULL >> 8;
  NewItem item;
  item.info.class_name = "class " + std::to_string(chance % 1000);
  item.info.source = "/pictures/" + std::to_string(row) + ".png";
  item.info.digest = sha256(std::as_bytes(std::span(&row, 1)));
  item.info.width = 640;
  item.info.height = 480;
  item.info.metadata = {{"sku", static_cast<double>(chance % 10'000)},
                        {"price", std::round(static_cast<double>(chance % 100'000)) / 100},
                        {"color", "color " + std::to_string(chance % 10)}};
  return item;
}

void fill(Gallery& gallery, std::size_t count) {
  const KnnData data =
      draw_data("clustered", {.rows = count, .queries = 1, .dimension = gallery.dimension()});
  for (std::size_t first = 0; first < count;) {
    const std::size_t end = std::min(count, first + kAtOnce);
    EmbeddingBatch embeddings(gallery.dimension());
    std::vector<NewItem> items;
    for (; first < end; ++first) {
      embeddings.append_unit(data.rows.row(first));
      items.push_back(item_of(first));
    }
    gallery.add(items, embeddings);
  }
}

struct Cost {
  double seconds = 0;
  double cpu_seconds = 0;
  double peak_mb = 0;
};

// Runs a program to its end. Throws if it fails.
Cost cost_of(std::vector<std::string> command) {
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  Cost cost;
  cost.seconds = seconds([&] {
    pid_t pid = -1;
    int status = -1;
    rusage usage{};
    if (::posix_spawnp(&pid, words[0], nullptr, nullptr, words.data(), environ) == 0) {
      ::wait4(pid, &status, 0, &usage);
    }
    if (status != 0) throw std::runtime_error("this command failed: " + command[0]);
    const auto of = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    cost.cpu_seconds = of(usage.ru_utime) + of(usage.ru_stime);
    cost.peak_mb = static_cast<double>(usage.ru_maxrss) / 1000;
  });
  return cost;
}

// Does the work in a child, so that this process stays small: a child begins with the peak of its
// parent. Throws if it fails.
template <typename Work>
void in_child(const Work& work) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(guarded_main("lines_bench", work));
  int status = -1;
  if (pid > 0) ::waitpid(pid, &status, 0);
  if (status != 0) throw std::runtime_error("a child of the benchmark failed");
}

// Throws unless both hold the same items.
void require_equal(const Gallery& a, const Gallery& b) {
  ItemId last{};
  for (;;) {
    const auto items = a.items_after(last, kAtOnce);
    const auto others = b.items_after(last, kAtOnce);
    const auto same = [&](const ItemRecord& item, const ItemRecord& other) {
      return item.id == other.id && item.info == other.info &&
             a.embedding(item.id) == b.embedding(item.id);
    };
    if (!std::ranges::equal(items, others, same)) {
      throw Error(ErrorCode::kInternal, "the import is not what was exported");
    }
    if (items.empty()) return;
    last = items.back().id;
  }
}

nlohmann::ordered_json measure(std::size_t count, std::size_t dimension, int rounds, bool peers,
                               const fs::path& folder, const std::string& program) {
  const auto model = write_onnx_model(default_network());
  in_child([&] { fill(Database::create(folder / "db", model, dimension).gallery(), count); });
  const std::string lines = folder / "items.jsonl";
  const std::string copy = folder / "copy";
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  const auto note = [&](const std::string& what, const std::vector<std::string>& command) {
    const Cost cost = cost_of(command);
    results.push_back({{"what", what},
                       {"items_per_second", static_cast<double>(count) / cost.seconds},
                       {"cpu_seconds", cost.cpu_seconds},
                       {"peak_mb", cost.peak_mb}});
  };
  for (int round = 0; round < rounds; ++round) {
    note("simdb export", {program, "export", "-o", lines, "--db", folder / "db"});
    fs::remove_all(copy);
    in_child([&] { Database::create(copy, model, dimension); });
    note("simdb import", {program, "import", lines, "--db", copy});
    if (round == 0) {
      in_child([&] {
        require_equal(Database::open(folder / "db", {.mode = OpenMode::kReadOnly}).gallery(),
                      Database::open(copy, {.mode = OpenMode::kReadOnly}).gallery());
      });
    }
    note("simdb import of the same again", {program, "import", lines, "--db", copy});
    if (!peers) continue;
    note("Python, json: reads", {"python3", "-c", kPythonReads, lines});
    note("Python, json: reads and writes",
         {"python3", "-c", kPythonWrites, lines, folder / "again.jsonl"});
    fs::remove(folder / "sqlite");
    note("Python, json and sqlite3: stores",
         {"python3", "-c", kPythonStores, lines, folder / "sqlite"});
  }
  return {{"machine", machine_name()},
          {"items", count},
          {"dimension", dimension},
          {"line_bytes", static_cast<double>(fs::file_size(lines)) / static_cast<double>(count)},
          {"results", results}};
}

void run(int argc, char** argv) {
  std::size_t count = 1'000'000;
  std::size_t dimension = 16;
  int rounds = 1;
  bool peers = true;
  bool json = false;
  po::options_description options("lines_bench: what export and import of JSON lines cost");
  options.add_options()("n", po::value(&count)->default_value(count), "items");
  options.add_options()("dim", po::value(&dimension)->default_value(dimension), "their dimension");
  options.add_options()("rounds", po::value(&rounds)->default_value(rounds), "repetitions");
  options.add_options()("peers", po::value(&peers)->default_value(peers), "run Python too");
  options.add_options()("json", po::bool_switch(&json), "one JSON object");
  if (!parse_arguments(argc, argv, options)) return;
  std::string name = (fs::temp_directory_path() / "simdb-lines-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  const std::string program = fs::canonical("/proc/self/exe").parent_path() / "simdb";
  const auto result = measure(count, dimension, rounds, peers, folder, program);
  fs::remove_all(folder);
  if (json) {
    fmt::print("{}\n", result.dump());
    return;
  }
  fmt::print("{}, {} items of dimension {}, {:.0f} bytes per line\n",
             result["machine"].get<std::string>(), count, dimension,
             result["line_bytes"].get<double>());
  for (const auto& row : result["results"]) {
    fmt::print("  {:<36} {:>9.0f} items/s {:>7.2f} s of CPU {:>7.1f} MB at the peak\n",
               row["what"].get<std::string>(), row["items_per_second"].get<double>(),
               row["cpu_seconds"].get<double>(), row["peak_mb"].get<double>());
  }
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  return simdb::bench::guarded_main("lines_bench", [&] { simdb::bench::run(argc, argv); });
}
