// What HTTP costs: queries by vector beside a bare Beast server that answers the same bytes, beside
// the library, and at half that load; images beside `simdb query`; adds by one client and by many.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <thread>

#include "benchmarks/beast_server.h"
#include "benchmarks/bench_support.h"
#include "benchmarks/http_load.h"
#include "benchmarks/knn_data.h"
#include "benchmarks/server_peers.h"
#include "cli/sample_shapes.h"
#include "core/file_io.h"
#include "core/parallel.h"
#include "encoder/model/onnx_model.h"
#include "server/http_server.h"
#include "server/service.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr std::size_t kAtOnce = 10'000;
constexpr const char* kToken = "benchmark-benchmark-benchmark";

// Serves a database until it goes out of scope.
class Serving {
 public:
  explicit Serving(Database& database, const fs::path& folder)
      : tokens_(kToken, ""),
        service_(database, tokens_, {.folder = folder}),
        sockets_(server::listen_on("127.0.0.1:0")),
        port_(sockets_.front().port()),
        http_(service_, std::move(sockets_), {}, {.threads = core_count()}) {
    service_.start();
    thread_ = std::jthread([this] { http_.run([] { return false; }); });
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  ~Serving() { http_.stop(); }

  std::uint16_t port() const { return port_; }

 private:
  server::Tokens tokens_;
  server::Service service_;
  std::vector<server::ListenSocket> sockets_;
  std::uint16_t port_;
  server::HttpServer http_;
  std::jthread thread_;
};

void fill(Database& database, const EmbeddingBatch& rows) {
  for (std::size_t first = 0; first < rows.rows(); first += kAtOnce) {
    EmbeddingBatch embeddings(rows.dimension());
    std::vector<NewItem> items;
    for (std::size_t r = first; r < std::min(rows.rows(), first + kAtOnce); ++r) {
      embeddings.append_unit(rows.row(r));
      NewItem& item = items.emplace_back();
      item.info.class_name = "class " + std::to_string(r % 1000);
      item.info.digest = sha256(std::as_bytes(std::span(&r, 1)));
    }
    database.gallery().add(items, embeddings);
  }
}

void measure_vectors(const fs::path& folder, std::size_t count, double time, int rounds,
                     bool with_peers) {
  const KnnData data = draw_data("clustered", {.rows = count, .queries = 2'000});
  Database database = Database::create(folder, VectorSpace{"drawn", data.rows.dimension()});
  fill(database, data.rows);
  const auto ask_all = [&] {
    for (std::size_t i = 0; i < data.queries.rows(); ++i) database.query(data.queries.row(i));
  };
  ask_all();  // warms
  const double library = seconds(ask_all);
  const Serving serving(database, folder);
  std::vector<std::string> requests;
  requests.reserve(data.queries.rows());
  for (std::size_t i = 0; i < data.queries.rows(); ++i) {
    requests.push_back(post("/v1/query/json", "application/json", kToken,
                            vector_json(data.queries.row(i)), serving.port()));
  }
  LoadOptions options{.port = serving.port(), .seconds = time};
  const BeastServer beast(
      [body = load(requests, options).last_body](const std::string&) { return body; }, 1);
  const std::vector<ServerPeer> peers = with_peers ? server_peers(data) : std::vector<ServerPeer>();
  std::vector<std::vector<double>> over_peers(peers.size());
  std::vector<double> ratios;
  std::vector<double> rates;
  std::vector<double> tails;
  for (int round = 0; round < rounds; ++round) {
    const double ours = load(requests, options).per_second;
    LoadOptions bare = options;
    bare.port = beast.port();
    const double theirs = load(requests, bare).per_second;
    LoadOptions half = options;
    half.rate = ours / 2;
    const LoadResult calm = load(requests, half);
    rates.push_back(ours);
    ratios.push_back(ours / theirs);
    tails.push_back(calm.p99_us / calm.median_us);
    fmt::print(
        "  {:.0f} queries/s, bare Beast {:.0f}/s, at half load median {:.0f} us, p99 {:.0f} us\n",
        ours, theirs, calm.median_us, calm.p99_us);
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const double rate = peers[i].per_second(time);
      over_peers[i].push_back(ours / rate);
      fmt::print("  {} (recall {:.4f}): {:.0f} queries/s\n", peers[i].name, peers[i].recall, rate);
    }
  }
  const Spread ratio = spread_of(ratios);
  const Spread tail = spread_of(tails);
  fmt::print(
      "vectors, {} items: {:.0f} queries/s, the library on one thread {:.0f}/s; over bare Beast "
      "{:.2f} ({:.2f} to {:.2f}); p99 over median at half load {:.1f} ({:.1f} to {:.1f})\n",
      count, spread_of(rates).median, static_cast<double>(data.queries.rows()) / library,
      ratio.median, ratio.min, ratio.max, tail.median, tail.min, tail.max);
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const Spread over = spread_of(over_peers[i]);
    fmt::print("over {}: {:.2f} ({:.2f} to {:.2f})\n", peers[i].name, over.median, over.min,
               over.max);
  }
}

void measure_images(const fs::path& folder, double time, int rounds) {
  const fs::path pictures = folder / "pictures";
  cli::write_sample_tree(pictures, {.count = 200});
  const std::string list = folder / "list";
  std::vector<std::string> files;
  std::string text;
  for (const auto& entry : fs::recursive_directory_iterator(pictures)) {
    if (!entry.is_regular_file()) continue;
    files.push_back(entry.path());
    text += files.back() + "\n";
  }
  write_file_atomic(list, text);
  const std::string program = program_folder() / "simdb";
  const std::string base = folder / "images";
  const std::vector<std::byte> model = write_onnx_model(default_network());
  write_file_atomic(folder / "net.onnx", model);
  run_program({program, "init", "--db", base, "--encoder", folder / "net.onnx"});
  run_program({program, "add", "--db", base, "--by-folder", pictures});
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double alone =
        static_cast<double>(files.size()) / seconds([&] {
          run_program({program, "query", "--db", base, "--json", "--files-from", list});
        });
    Database database = Database::open(base, {.encoder_loader = load_onnx_encoder});
    const Serving serving(database, base);
    std::vector<std::string> requests;
    for (const std::string& file : files) {
      const std::vector<std::byte> bytes = read_file(file, 1 << 20);
      requests.push_back(post(
          "/v1/query", "image/png", kToken,
          std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), serving.port()));
    }
    const double served = load(requests, {.port = serving.port(), .seconds = time}).per_second;
    ratios.push_back(served / alone);
    fmt::print("  {:.0f} images/s, 'simdb query' of {} {:.0f}/s\n", served, files.size(), alone);
    if (round + 1 < rounds) continue;
    std::vector<double> added;
    for (const std::size_t clients : {1, 32}) {
      std::vector<std::string> adds;
      for (std::size_t i = 0; i < requests.size(); ++i) {
        std::string request = requests[i];
        request.replace(0, request.find(" HTTP/"),
                        fmt::format("POST /v1/items?class=c{}&key={}-{}", i % 100, clients, i));
        adds.push_back(std::move(request));
      }
      const LoadOptions many{.port = serving.port(), .connections = clients, .seconds = time / 2};
      added.push_back(load(adds, many).per_second);
    }
    fmt::print("adds, each synced: one client {:.0f}/s, 32 clients {:.0f}/s, {:.1f} times\n",
               added[0], added[1], added[1] / added[0]);
  }
  const Spread ratio = spread_of(ratios);
  fmt::print("images of 28 x 28: over 'simdb query' {:.2f} ({:.2f} to {:.2f})\n", ratio.median,
             ratio.min, ratio.max);
}

void run(int argc, char** argv) {
  std::size_t count = 1'000'000;
  double time = 3;
  int rounds = 5;
  po::options_description options("server_bench: what HTTP costs");
  options.add_options()("n", po::value(&count)->default_value(count), "items, for vectors");
  options.add_options()("seconds", po::value(&time)->default_value(time), "per measurement");
  options.add_options()("rounds", po::value(&rounds)->default_value(rounds), "repetitions");
  bool with_peers = false;
  options.add_options()("peers", po::bool_switch(&with_peers),
                        "also hnswlib behind Beast, and pgvector");
  if (!parse_arguments(argc, argv, options)) return;
  std::string name = (fs::temp_directory_path() / "simdb-server-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  fmt::print("{}\n", machine_name());
  measure_vectors(folder / "vectors", count, time, rounds, with_peers);
  measure_images(folder, time, rounds);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  return simdb::bench::guarded_main("server_bench", [&] { simdb::bench::run(argc, argv); });
}
