// Makes the golden database of this version; tests/data/golden/README.md tells when and how.
//   make_golden FOLDER     (which must not exist)
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "simdb/database.h"
#include "simdb/digest.h"
#include "simdb/image_codec.h"
#include "simdb/ingest.h"
#include "tests/faults/golden_answers.h"
#include "tests/support/embeddings.h"
#include "tests/support/images.h"
#include "tests/support/models.h"
#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace {

namespace fs = std::filesystem;
using simdb::Database;
using simdb::ItemId;

constexpr const char* kClasses[] = {"red", "grün/blau", "日本 ラーメン", "Ωμέγα ✓"};

// Every fourth has one. That of item 42 was item 2's, which it replaces.
std::string key_of(std::uint64_t i) {
  return i % 4 == 2 || i == 20 ? "Artikel № " + std::to_string(i == 42 ? 2 : i) : "";
}

// The items `first` to `last`, one change.
void add(Database& database, std::uint64_t first, std::uint64_t last) {
  const simdb::EmbeddingBatch all = simdb::test::corner_embeddings(last, 17);
  simdb::EmbeddingBatch embeddings(16);
  std::vector<simdb::NewItem> items;
  for (std::uint64_t i = first; i <= last; ++i) {
    simdb::NewItem item = simdb::test::numbered_item(i, kClasses[i % std::size(kClasses)]);
    item.info.source = "/bilder/größe " + std::to_string(i) + ".png";
    item.info.key = key_of(i);
    item.info.metadata = {{"größe", static_cast<double>(i) / 4 - 3}, {"neu", i % 2 == 0}};
    if (i % 3 != 0) item.info.metadata["farbe"] = i % 3 == 1 ? "grün" : "rot";
    if (i == 20) item.info.digest = {};  // its file is not known
    item.thumbnail.clear();
    if (i % 3 == 0) {
      item.thumbnail =
          simdb::encode_png(simdb::test::noise_image(6, 5, 3, static_cast<unsigned>(i)));
    }
    if (i % 5 == 1) {
      item.image =
          simdb::encode_png(simdb::test::noise_image(12, 10, 3, 1000 + static_cast<unsigned>(i)));
      item.info.digest = simdb::sha256(item.image);
    }
    items.push_back(std::move(item));
    embeddings.append_unit(all.row(i - 1));
  }
  database.gallery().add(items, embeddings);
}

void remove(Database& database, const std::vector<ItemId>& ids) { database.remove(ids); }

void write(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("can't write " + path.string());
}

void make(const fs::path& folder) {
  const simdb::test::TemporaryFolder work;
  const fs::path live = work / "database";
  {
    const auto model = simdb::test::random_model_file(16, 2026, {.width = 8, .height = 8});
    Database database = Database::create(live, model, 16);
    simdb::keep_images(database.gallery(), 1U << 20);
    add(database, 1, 12);
    add(database, 13, 30);
    remove(database, {ItemId{3}, ItemId{17}});
    database.gallery().update(std::vector{ItemId{5}, ItemId{6}},
                              {.class_name = "red", .set = {{"farbe", "blau"}}, .unset = {"neu"}});
    database.reindex();  // the saved index is behind from here on
  }
  {
    Database database = Database::open(live);
    add(database, 31, 40);
    remove(database, {ItemId{8}, ItemId{35}});
    database.gallery().rename_class("Ωμέγα ✓", "Ωμέγα 2");
  }
  fs::create_directory(folder);
  // Copied while it is open, as a kill leaves it: the last changes are in the log alone.
  Database database = Database::open(live);
  add(database, 41, 46);
  remove(database, {ItemId{41}});
  database.gallery().update(std::vector{ItemId{44}},
                            {.key = "Artikel № 44", .set = {{"preis", 1.25}}});
  fs::copy(live, folder / "database", fs::copy_options::recursive);
  database.back_up(folder / "backup");
  write(folder / "answers.txt", simdb::test::golden_answers(database.gallery()));
  const auto exported = simdb::test::run_process({SIMDB_PROGRAM, "export", "--db", live.string()});
  if (exported.code != 0) throw std::runtime_error("simdb export: " + exported.err);
  write(folder / "items.jsonl", exported.out);
  // What RocksDB needs only to report its settings.
  for (const auto& entry : fs::directory_iterator(folder / "database" / "store")) {
    if (entry.path().filename().string().starts_with("OPTIONS-")) fs::remove(entry.path());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    make(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_golden: %s\n", error.what());
    return 1;
  }
}
