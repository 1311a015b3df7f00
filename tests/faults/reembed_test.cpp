// kill -9 of `simdb reembed` at any moment: the database is whole, answers by the one encoder or by
// the other, has lost no item, and the same command ends what was begun.
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <random>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "simdb/error.h"
#include "tests/integration/cli_fixture.h"
#include "tests/storage/raw_store.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;

// What a database must hold, with one encoder or the other.
struct Generation {
  std::string fingerprint;
  std::map<ItemId, Embedding> embeddings;
  std::vector<std::vector<Neighbor>> answers;  // to some of the items
};

class ReembedKillTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    // Of one dimension: a mixture of both would pass for a whole one.
    write("other.onnx", random_model_file(16, 2));
    ASSERT_EQ(simdb({"sample-data", "many", "--count", std::to_string(amount(5, 40, 60))}).code, 0);
    ASSERT_EQ(simdb({"add", "--by-folder", "many"}).code, 0);
    ASSERT_EQ(simdb({"calibrate"}).code, 0);
    fs::copy(path("db"), path("copy"), fs::copy_options::recursive);
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(simdb({"reembed", "--encoder", "other.onnx", "--db", path("copy")}).code, 0);
    lasts_ = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
    read(path("db"), generations_[0]);
    read(path("copy"), generations_[1]);
    ASSERT_NE(generations_[0].embeddings, generations_[1].embeddings);
  }

  static std::unique_ptr<EmbeddedGallery> open(const fs::path& folder) {
    return std::make_unique<EmbeddedGallery>(Store::open(store_path(folder), StoreMode::kReadOnly),
                                             folder);
  }
  std::vector<std::vector<Neighbor>> ask(const EmbeddedGallery& gallery,
                                         const Generation& generation) const {
    std::vector<std::vector<Neighbor>> answers;
    for (const ItemRecord& item : items_) {
      if (to_number(item.id) % 20 != 1) continue;
      answers.push_back(gallery.search(generation.embeddings.at(item.id).values(), 10));
    }
    return answers;
  }
  void read(const fs::path& folder, Generation& generation) {
    const auto gallery = open(folder);
    items_ = gallery->items_after(ItemId{0}, SIZE_MAX);
    generation.fingerprint = gallery->encoder_fingerprint();
    gallery->for_each_embedding([&](ItemId id, std::span<const float> values) {
      generation.embeddings.emplace(id, Embedding::from_unit(values));
      return true;
    });
    generation.answers = ask(*gallery, generation);
  }

  // Which generation the database has; what is wrong with it in words.
  std::string look(std::size_t& present) const {
    try {
      const auto gallery = open(path("db"));
      for (const std::string& problem : gallery->verify()) return problem;
      if (gallery->items_after(ItemId{0}, SIZE_MAX) != items_) return "other items than before";
      present = gallery->encoder_fingerprint() == generations_[1].fingerprint ? 1 : 0;
      const Generation& expected = generations_[present];
      if (gallery->encoder_fingerprint() != expected.fingerprint) return "another encoder";
      for (const auto& [id, embedding] : expected.embeddings) {
        if (gallery->embedding(id) != embedding) return "a mixture of embeddings";
      }
      if (ask(*gallery, expected) != expected.answers) return "other answers";
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }
  // How far the generation to come was when the process was killed.
  std::string phase() const {
    const auto store = Store::open(store_path(path("db")), StoreMode::kReadOnly);
    const auto other = store->other_generation();
    if (!other) return "none begun";
    std::size_t embedded = 0;
    store->for_each_other_embedding([&](ItemId, std::span<const float>) { return ++embedded > 0; });
    return embedded < items_.size() ? "embedding" : "embedded";
  }

  std::vector<ItemRecord> items_;
  Generation generations_[2];
  microseconds lasts_{0};  // of a whole run
};

TEST_F(ReembedKillTest, AKilledReembedLeavesTheOldOrTheNew) {
  const std::uint64_t kills = amount(3, 30, 200);
  std::mt19937_64 random(fault_run().seed);
  const std::string models[] = {"net.onnx", "other.onnx"};
  std::size_t present = 0;
  std::uint64_t done = 0;
  std::uint64_t switches = 0;
  std::uint64_t ended = 0;
  std::map<std::string, std::uint64_t> phases;
  while (done < kills) {
    const std::size_t before = present;
    const auto after = static_cast<std::int64_t>(
        random() % static_cast<std::uint64_t>(lasts_.count() * (done % 2 == 0 ? 2 : 1) / 2 + 1));
    const ProcessResult result = simdb({"reembed", "--encoder", models[1 - present]},
                                       {.signal = SIGKILL, .signal_after = microseconds(after)});
    const bool is_killed = result.code == 128 + SIGKILL;
    ASSERT_TRUE(is_killed || result.code == 0) << result.err;
    ASSERT_EQ(look(present), "") << "kill " << done;
    switches += present != before ? 1 : 0;
    if (!is_killed) {
      ++ended;
      ASSERT_NE(present, before) << result.out << result.err;
      continue;
    }
    ++done;
    ++phases[present != before ? "switched" : phase()];
  }
  // The same command ends it.
  const ProcessResult last = simdb({"reembed", "--encoder", models[1 - present]});
  EXPECT_EQ(last.code, 0) << last.err;
  const std::size_t before = present;
  ASSERT_EQ(look(present), "");
  EXPECT_EQ(present, 1 - before);
  std::string told;
  for (const auto& [name, count] : phases) {
    told += (told.empty() ? "" : ", ") + name + " " + grouped(count);
  }
  std::printf("killed: %s; %s runs ended before\n", told.c_str(), grouped(ended).c_str());
  if (kills >= 200) {
    for (const char* name : {"embedding", "embedded", "switched"}) {
      EXPECT_TRUE(phases.contains(name)) << "no kill at " << name << ": " << told;
    }
  }

  // A single embedding of the other encoder would be noticed.
  const ItemId some = items_[items_.size() / 2].id;
  const auto values = generations_[1 - present].embeddings.at(some).values();
  const std::string family =
      RawStore(store_path(path("db"))).get("meta", "vectors").value_or("vectors");
  RawStore(store_path(path("db")))
      .put(family, big_endian(to_number(some)),
           std::string(reinterpret_cast<const char*>(values.data()), values.size_bytes()));
  EXPECT_EQ(look(present), "a mixture of embeddings");
  if (HasFailure()) return;
  record({"F22", grouped(kills) + " kills of `reembed` (" + told + ")",
          "the old encoder or the new one each time, " + grouped(switches) +
              " switches, 0 items lost, each begun run ended",
          "one embedding by the other encoder: noticed"});
}

}  // namespace
}  // namespace simdb::test
