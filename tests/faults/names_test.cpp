// Hostile names in store and gallery, against a std::map as the model: kept byte by byte or refused
// by the rule, none taken for another, and no file made where a name points.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "core/class_name.h"
#include "core/file_io.h"
#include "database/embedded_gallery.h"
#include "simdb/error.h"
#include "storage/backup.h"
#include "tests/faults/hostile_names.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/fault_run.h"
#include "tests/support/file_sink.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {
namespace {

// What a gallery must hold: class -> ids of its items.
using Model = std::map<std::string, std::set<ItemId>>;

std::vector<std::string> all_names(std::mt19937_64& random, std::uint64_t drawn) {
  std::vector<std::string> names = hostile_names();
  for (std::uint64_t i = 0; i < drawn; ++i) {
    names.push_back(random_name(random));
    names.push_back(random_bytes(random));
  }
  return names;
}

// Names that are near `name`, so that a search by prefix or a cut-off comparison would find it.
std::vector<std::string> neighbours_of(const std::string& name) {
  std::vector<std::string> near = {name + '\x01', name + '!',
                                   name + '\0',   name + std::string(8, '\0'),
                                   '\x01' + name, name + name};
  if (!name.empty()) near.push_back(name.substr(0, name.size() - 1));
  return near;
}

std::string shown(const std::string& name) {
  std::string text;
  for (const char c : name.substr(0, 60)) {
    text += c >= ' ' && c < '\x7F' ? std::string(1, c) : "\\" + std::to_string(c & 0xFF);
  }
  return "'" + text + "' (" + std::to_string(name.size()) + " bytes)";
}

// How the answers of `size_of` and `items_of` differ from the model, in words; empty if in nothing.
std::string difference(const Model& model,
                       const std::function<std::vector<ItemId>(const std::string&)>& items_of) {
  const auto compare = [&](const std::string& name) -> std::string {
    const auto known = model.find(name);
    const std::vector<ItemId> found = items_of(name);
    const std::vector<ItemId> wanted =
        known == model.end() ? std::vector<ItemId>()
                             : std::vector<ItemId>(known->second.begin(), known->second.end());
    return found == wanted ? "" : shown(name) + " has other items";
  };
  for (const auto& [name, ids] : model) {
    if (std::string wrong = compare(name); !wrong.empty()) return wrong;
    for (const std::string& near : neighbours_of(name)) {
      if (std::string wrong = compare(near); !wrong.empty()) return wrong;
    }
  }
  return "";
}

std::string difference(const Model& model, const Store& store) {
  std::vector<ClassCount> wanted;
  for (const auto& [name, ids] : model) wanted.push_back({name, ids.size()});
  if (store.classes() != wanted) return "the list of classes differs";
  for (const auto& [name, ids] : model) {
    if (store.class_size(name) != ids.size()) return shown(name) + " has another size";
    for (const ItemId id : ids) {
      const auto record = store.get(id);
      if (!record || record->info.class_name != name) return shown(name) + " is not kept exactly";
    }
  }
  for (const StoreProblem& problem : store.verify()) return problem.what;
  return difference(model, [&](const std::string& name) { return store.items_of(name); });
}

// Adds, removes ids and removes classes at random, all under hostile names.
class NameWork {
 public:
  NameWork(std::uint64_t seed, std::vector<std::string> names)
      : random_(seed), names_(std::move(names)) {}

  void add(EmbeddedGallery& gallery, const std::string& name) {
    NewItem item = numbered_item(++number_, name);
    item.info.source = random_() % 2 == 0 ? random_bytes(random_) + "/" : "";
    const EmbeddingBatch embeddings = random_embeddings(1, 16, number_);
    if (!follows_the_rule(name)) {
      ++refused;
      const std::uint64_t before = gallery.stats().items;
      const Error error = error_of([&] { gallery.add(std::span(&item, 1), embeddings); });
      EXPECT_EQ(error.code(), ErrorCode::kBadInput) << shown(name);
      EXPECT_EQ(terminal_problem(error.what()), "") << shown(name);
      EXPECT_EQ(gallery.stats().items, before);
      return;
    }
    ++kept;
    const ItemId id = gallery.add(std::span(&item, 1), embeddings).front().id;
    model[name].insert(id);
    const auto record = gallery.get(id);
    EXPECT_TRUE(record && record->info == item.info) << shown(name);
  }

  void change(EmbeddedGallery& gallery) {
    const std::string& name = names_[random_() % names_.size()];
    if (random_() % 4 != 0) return add(gallery, name);
    const auto known = model.find(name);
    const std::uint64_t size = known == model.end() ? 0 : known->second.size();
    if (random_() % 2 == 0) {
      EXPECT_EQ(gallery.remove_class(name), size) << shown(name);
      model.erase(name);
    } else if (size > 0) {
      const ItemId id = *known->second.begin();
      EXPECT_EQ(gallery.remove(std::span(&id, 1)), 1U);
      known->second.erase(id);
      if (known->second.empty()) model.erase(known);
    }
  }

  Model model;
  std::uint64_t kept = 0;
  std::uint64_t refused = 0;

 private:
  std::mt19937_64 random_;
  std::vector<std::string> names_;
  std::uint64_t number_ = 0;
};

std::string wrong_search(const Model& model, const EmbeddedGallery& gallery) {
  const EmbeddingBatch query = random_embeddings(1, 16, 7);
  for (const auto& [name, ids] : model) {
    std::set<ItemId> found;
    for (const Neighbor& hit :
         gallery.search(query.row(0), ids.size() + 5, {.class_names = {name}})) {
      found.insert(hit.id);
    }
    if (found != ids) return shown(name) + ": a search by class finds other items";
  }
  return "";
}

TEST(NamesTest, TheRuleIsTheRule) {
  std::mt19937_64 random(fault_run().seed);
  std::uint64_t allowed = 0;
  const std::vector<std::string> names = all_names(random, amount(2'000, 50'000, 500'000));
  for (const std::string& name : names) {
    bool accepted = true;
    try {
      require_class_name(name);
    } catch (const Error& error) {
      accepted = false;
      ASSERT_EQ(error.code(), ErrorCode::kBadInput);
    }
    ASSERT_EQ(accepted, follows_the_rule(name)) << shown(name);
    allowed += accepted ? 1 : 0;
  }
  EXPECT_GT(allowed, names.size() / 4);
  EXPECT_LT(allowed, names.size() * 3 / 4);
}

TEST(NamesTest, KeptByteByByteOrRefused) {
  const TemporaryFolder folder;
  const auto database = folder / "deep/er/db";
  std::filesystem::create_directories(database);
  const Tree outside = read_tree(folder.path(), {database});
  std::mt19937_64 random(fault_run().seed);
  NameWork work(fault_run().seed, all_names(random, amount(20, 60, 300)));
  {
    EmbeddedGallery gallery(make_store(database / "store"), database);
    for (const std::string& name : hostile_names()) work.add(gallery, name);
    for (std::uint64_t i = amount(100, 1'500, 20'000); i > 0; --i) work.change(gallery);
    EXPECT_EQ(wrong_search(work.model, gallery), "");
    EXPECT_EQ(gallery.verify(), std::vector<std::string>());
  }
  {
    const auto store = Store::open(database / "store", StoreMode::kReadOnly);
    EXPECT_EQ(difference(work.model, *store), "");
    AtomicFile backup(database / "backup");
    write_backup(*store, test::sink_of(backup));
    backup.commit();
  }
  EXPECT_EQ(difference(work.model, *restore_backup(database / "backup", database / "restored")),
            "");
  EXPECT_EQ(tree_difference(outside, read_tree(folder.path(), {database})), "");
  if (HasFailure()) return;

  // A store whose keys are the name and the id with nothing between them.
  std::map<std::string, ItemId> keys;
  for (const auto& [name, ids] : work.model) {
    for (const ItemId id : ids) keys[name + std::to_string(to_number(id))] = id;
  }
  const std::string confused = difference(work.model, [&](const std::string& name) {
    std::set<ItemId> found;
    for (auto at = keys.lower_bound(name); at != keys.end() && at->first.starts_with(name); ++at) {
      found.insert(at->second);
    }
    return std::vector<ItemId>(found.begin(), found.end());
  });
  EXPECT_NE(confused, "") << "names taken for one another would not be noticed";
  std::ofstream(folder / "passwd") << "root";
  EXPECT_NE(tree_difference(outside, read_tree(folder.path(), {database})), "")
      << "a file made outside would not be noticed";
  EXPECT_NE(terminal_problem("right\u202Etfel"), "");
  EXPECT_NE(terminal_problem("\x1b[31m"), "");
  if (HasFailure()) return;
  record(
      {"F12",
       grouped(work.kept) + " items under hostile names, " + grouped(work.refused) +
           " refused by the rule",
       "kept byte by byte, none taken for another, also after backup and restore; no file outside",
       "keys without a separator, a file outside: noticed"});
}

TEST(NamesTest, ManyClasses) {
  const std::uint64_t classes = amount(500, 5'000, 100'000);
  const TemporaryFolder folder;
  std::mt19937_64 random(fault_run().seed);
  Model model;
  EmbeddedGallery gallery(make_store(folder / "store"), folder.path());
  std::uint64_t number = 0;
  std::vector<NewItem> items;
  while (model.size() < classes) {
    std::string name = random_name(random) + std::to_string(number);
    if (!follows_the_rule(name)) continue;
    model[name].insert(ItemId{++number});
    items.push_back(numbered_item(number, name));
    if (items.size() == 1000 || model.size() == classes) {
      gallery.add(items, random_embeddings(items.size(), 16, number));
      items.clear();
    }
  }
  std::vector<ClassCount> wanted;
  for (const auto& [name, ids] : model) wanted.push_back({name, 1});
  EXPECT_EQ(gallery.classes(), wanted);
  EXPECT_EQ(gallery.stats().classes, classes);
  const EmbeddingBatch query = random_embeddings(1, 16, 7);
  for (const auto& [name, ids] : model) {
    ASSERT_EQ(gallery.class_size(name), 1U);
    if (random() % 50 != 0) continue;
    const auto found = gallery.search(query.row(0), 3, {.class_names = {name}});
    ASSERT_EQ(found.size(), 1U) << shown(name);
    ASSERT_EQ(found.front().id, *ids.begin());
  }
}

}  // namespace
}  // namespace simdb::test
