// What filters by metadata, changes and pages cost in a large database, beside the search without a
// filter, an add, and the first page.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

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
constexpr std::size_t kQueries = 300;
constexpr std::size_t kSpare = 100;  // rows for single adds
constexpr std::size_t kPage = 100;

// Mixed, so that a value's items lie in no order.
std::uint64_t mixed(std::size_t row) { return row * 2'654'435'761ULL >> 8; }

// A tenth of all items are of one class.
NewItem item_of(std::size_t row, std::size_t count) {
  const std::uint64_t chance = mixed(row);
  NewItem item;
  item.info.class_name = row < count / 10 ? "big" : "class " + std::to_string(row % 1000);
  item.info.source = "/pictures/" + std::to_string(row) + ".png";
  item.info.digest = sha256(std::as_bytes(std::span(&row, 1)));
  item.info.metadata = {{"sku", static_cast<double>(chance % 10'000)},
                        {"percent", static_cast<double>(chance % 100)},
                        {"color", "color " + std::to_string(chance % 10)},
                        {"new", chance / 10'000 % 2 == 0}};
  return item;
}

void fill(Gallery& gallery, const EmbeddingBatch& rows, std::size_t count) {
  for (std::size_t first = 0; first < count;) {
    const std::size_t end = std::min(count, first + kAtOnce);
    EmbeddingBatch embeddings(rows.dimension());
    std::vector<NewItem> items;
    for (; first < end; ++first) {
      embeddings.append_unit(rows.row(first));
      items.push_back(item_of(first, count));
    }
    gallery.add(items, embeddings);
  }
}

struct Filter {
  const char* what;
  std::vector<MetadataCondition> where;
};

std::vector<Filter> filters() {
  using enum Comparison;
  return {{"no filter", {}},
          {"one value, 0.01 %", {{"sku", kEqual, 17.0}}},
          {"one value, 1 %", {{"percent", kEqual, 17.0}}},
          {"one value, 10 %", {{"color", kEqual, "color 7"}}},
          {"one value, 50 %", {{"new", kEqual, true}}},
          {"two values, 10 % and 50 %", {{"new", kEqual, false}, {"color", kEqual, "color 7"}}},
          {"a range, 1 %", {{"sku", kLess, 100.0}}},
          {"a range, 10 %", {{"percent", kLess, 10.0}}}};
}

// Whether the answer is that of comparing with every row that passes.
bool is_exact(const Gallery& gallery, const KnnData& data, std::size_t count,
              std::span<const float> query, const Lookup& lookup) {
  std::vector<Neighbor> all;
  for (std::size_t row = 0; row < count; ++row) {
    if (!passes(item_of(row, count).info.metadata, lookup.filter.where)) continue;
    all.push_back({ItemId{row + 1}, similarity(query, data.rows.row(row))});
  }
  const std::size_t k = std::min(lookup.k, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k), all.end(),
                    ranks_before);
  const auto hits = gallery.look_up(query, lookup);
  return hits.size() == k && std::equal(hits.begin(), hits.end(), all.begin(),
                                        [](const LabeledNeighbor& hit, const Neighbor& wanted) {
                                          return hit.similarity >= wanted.similarity - 1e-6F;
                                        });
}

using Note = std::function<void(const std::string& what, double value, double ratio)>;

// What a reader pays that follows a writer: refresh() after one small change, and then the first
// look-up with a class and a range.
void measure_refresh(const fs::path& folder, const KnnData& data, std::size_t count,
                     const Note& note) {
  Database writer = Database::open(folder);
  Database reader = Database::open(folder, {OpenMode::kReadOnly, {}});
  const Lookup lookup{
      .k = 10,
      .filter = {.class_names = {"class 7"}, .where = {{"percent", Comparison::kLess, 10.0}}}};
  std::size_t query = 0;
  const auto look_up = [&] {
    return 1e3 *
           seconds([&] { reader.gallery().look_up(data.queries.row(++query % kQueries), lookup); });
  };
  look_up();
  Gallery& gallery = writer.gallery();
  std::uint64_t id = count - 1;
  const std::pair<const char*, std::function<void()>> changes[] = {
      {"an add",
       [&] {
         EmbeddingBatch embedding(data.rows.dimension());
         embedding.append_unit(data.rows.row(0));
         NewItem item = item_of(id, count);
         item.info.digest = {};
         gallery.add(std::vector{item}, embedding);
       }},
      {"a set", [&] { gallery.update(std::vector{ItemId{--id}}, {.set = {{"percent", 1.5}}}); }},
      {"a move", [&] { gallery.update(std::vector{ItemId{--id}}, {.class_name = "class 7"}); }},
      {"a removal", [&] { gallery.remove(std::vector{ItemId{--id}}); }}};
  for (const char* state : {"", ", long log"}) {
    if (*state != '\0') {
      gallery.rename_class("bigger", "big");
      reader.refresh();
      look_up();
    }
    for (const auto& [what, change] : changes) {
      std::vector<double> refreshes;
      std::vector<double> lookups;
      for (int i = 0; i < 9; ++i) {
        change();
        refreshes.push_back(1e3 * seconds([&] { reader.refresh(); }));
        lookups.push_back(look_up());
      }
      note(fmt::format("refresh after {}{}, ms", what, state),
           spread_of(std::move(refreshes)).median, 0);
      note("then the first look-up, class and range, ms", spread_of(std::move(lookups)).median, 0);
    }
  }
}

nlohmann::ordered_json measure(std::size_t count, int rounds) {
  std::string name = (fs::temp_directory_path() / "simdb-metadata-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  const KnnData data = draw_data("clustered", {.rows = count + kSpare, .queries = kQueries});
  Database database =
      Database::create(folder / "db", write_onnx_model(default_network()), data.rows.dimension());
  Gallery& gallery = database.gallery();
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  const auto note = [&](const std::string& what, double value, double ratio) {
    results.push_back({{"what", what}, {"value", value}, {"ratio", ratio}});
  };
  note("fill, items per second",
       static_cast<double>(count) / seconds([&] { fill(gallery, data.rows, count); }), 0);
  const auto median_of = [](std::size_t times, double unit, const auto& work) {
    std::vector<double> values;
    for (std::size_t i = 0; i < times; ++i) values.push_back(unit * seconds([&] { work(i); }));
    return spread_of(std::move(values)).median;
  };

  const std::vector<Filter> all = filters();
  std::vector<std::vector<double>> times(all.size());
  for (int round = -1; round < rounds; ++round) {  // in turns; the first one warms the caches
    for (std::size_t f = 0; f < all.size(); ++f) {
      const Lookup lookup{.k = 10, .filter = {.where = all[f].where}};
      const std::size_t queries = all[f].what[0] == 'a' ? 20 : kQueries;
      const double us = median_of(
          queries, 1e6, [&](std::size_t q) { gallery.look_up(data.queries.row(q), lookup); });
      if (round >= 0) times[f].push_back(us);
    }
  }
  const double unfiltered = spread_of(times[0]).median;
  for (std::size_t f = 0; f < all.size(); ++f) {
    for (std::size_t q = 0; q < 3; ++q) {
      if (!is_exact(gallery, data, count, data.queries.row(q),
                    {.k = 10, .filter = {.where = all[f].where}})) {
        throw Error(ErrorCode::kInternal, std::string("an answer is not exact: ") + all[f].what);
      }
    }
    const double us = spread_of(times[f]).median;
    note(std::string("look-up, ") + all[f].what + ", us", us, us / unfiltered);
  }

  const double add_ms = median_of(kSpare, 1e3, [&](std::size_t i) {
    EmbeddingBatch embedding(data.rows.dimension());
    embedding.append_unit(data.rows.row(count + i));
    gallery.add(std::vector{item_of(count + i, count)}, embedding);
  });
  note("add of one item, ms", add_ms, 1);
  const double move_ms = median_of(kSpare, 1e3, [&](std::size_t i) {
    gallery.update(std::vector{ItemId{count / 2 + i}}, {.class_name = "moved"});
  });
  note("move of one item, ms", move_ms, move_ms / add_ms);
  note(fmt::format("rename of a class of {} items, s", count / 10),
       seconds([&] { gallery.rename_class("big", "bigger"); }), 0);

  std::vector<double> starts;
  std::vector<double> middles;
  for (int round = -20; round < 200; ++round) {
    const double start = 1e6 * seconds([&] { gallery.items_after(ItemId{}, kPage); });
    const double middle =
        1e6 * seconds([&] { gallery.items_after(ItemId{count / 2 + 1000}, kPage); });
    if (round < 0) continue;
    starts.push_back(start);
    middles.push_back(middle);
  }
  const double start_us = spread_of(std::move(starts)).median;
  const double middle_us = spread_of(std::move(middles)).median;
  note("page of 100 items at the start, us", start_us, 1);
  note("page of 100 items in the middle, us", middle_us, middle_us / start_us);
  {
    const Database closed = std::move(database);
  }
  measure_refresh(folder / "db", data, count, note);
  fs::remove_all(folder);
  return {{"machine", machine_name()}, {"items", count}, {"rounds", rounds}, {"results", results}};
}

void run(int argc, char** argv) {
  std::size_t count = 1'000'000;
  int rounds = 5;
  bool json = false;
  po::options_description options("metadata_bench: what filters, changes and pages cost");
  options.add_options()("n", po::value(&count)->default_value(count), "items");
  options.add_options()("rounds", po::value(&rounds)->default_value(rounds), "repetitions");
  options.add_options()("json", po::bool_switch(&json), "one JSON object");
  if (!parse_arguments(argc, argv, options)) return;
  const nlohmann::ordered_json result = measure(count, rounds);
  if (json) {
    fmt::print("{}\n", result.dump());
    return;
  }
  fmt::print("{}, {} items, {} rounds: median, and over what it is compared with\n",
             result["machine"].get<std::string>(), count, rounds);
  for (const auto& row : result["results"]) {
    fmt::print("  {:<44} {:>12.2f} {:>8.2f} x\n", row["what"].get<std::string>(),
               row["value"].get<double>(), row["ratio"].get<double>());
  }
}

}  // namespace
}  // namespace simdb::bench

int main(int argc, char** argv) {
  return simdb::bench::guarded_main("metadata_bench", [&] { simdb::bench::run(argc, argv); });
}
