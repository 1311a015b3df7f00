// A gallery beside a plain map: after any sequence of operations both give the same answers, the
// same errors and hold the same, for a writer, for a reader that follows it, for who follows the
// changes, and after a restore.
#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "simdb/backup.h"
#include "tests/database/gallery_conformance.h"
#include "tests/faults/victim.h"
#include "tests/support/embeddings.h"
#include "tests/support/fault_run.h"
#include "tests/support/plain_gallery.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFollowers = 8;
constexpr std::size_t kMostItems = 200;  // every answer of the map looks at all of them

std::string to_text(std::size_t count) { return std::to_string(count); }

std::string to_text(const std::vector<AddedItem>& added) {
  std::string text;
  for (const AddedItem& item : added) {
    text += std::to_string(to_number(item.id)) + (item.is_new ? "+" : "") +
            (item.is_updated ? "~ " : " ");
  }
  return text;
}

// Keeps a copy in step with a gallery by what this tells of its changes, as another system would.
class Follower {
 public:
  explicit Follower(const Gallery& gallery) : at_(gallery.changes()) {
    gallery.for_each_item([&](const ItemRecord& record) {
      items_[record.id] = record.info;
      return true;
    });
  }

  // What is wrong with the copy, or with what was told, after it has caught up; in words.
  std::string follow(const Gallery& gallery, const Gallery& plain, std::size_t at_once) {
    const auto all = gallery.changes_since(at_);
    if (!all) return "the changes are forgotten";
    if (all != plain.changes_since(at_)) return "the changes differ";
    while (at_ != gallery.changes()) {
      const auto some = gallery.changes_since(at_, at_once);
      if (!some || some->through <= at_) return "the changes stop";
      for (const ItemEvent& event : some->events) {
        const auto record = gallery.get(event.id);
        if (event.kind == ChangeKind::kRemoved) {
          items_.erase(event.id);
        } else if (record) {  // else its removal follows
          items_[event.id] = record->info;
        }
      }
      at_ = some->through;
    }
    return items_ == Follower(plain).items_ ? "" : "a follower's copy differs";
  }

 private:
  std::uint64_t at_;
  std::map<ItemId, ItemInfo> items_;
};

// Makes the same steps in both.
class Twins {
 public:
  explicit Twins(std::uint64_t seed) : random_(seed), plain_(16, std::vector(1000, std::byte{42})) {
    open();
  }

  // What is different after a step, in words.
  std::string step() {
    const auto dice = random_() % 1000;
    std::string wrong;
    if (plain_.stats().items > kMostItems) {
      wrong = in_both("remove", [ids = some_ids(80)](Gallery& g) { return g.remove(ids); });
    } else if (dice < 350) {
      wrong = add();
    } else if (dice < 450) {
      wrong = in_both("remove", [ids = some_ids(4)](Gallery& g) { return g.remove(ids); });
    } else if (dice < 460) {
      wrong = in_both("remove_class",
                      [name = class_name()](Gallery& g) { return g.remove_class(name); });
    } else if (dice < 700) {
      const std::vector<ItemId> ids = some_ids(3);
      wrong =
          in_both("update", [&, change = change()](Gallery& g) { return g.update(ids, change); });
    } else if (dice < 750) {
      wrong = in_both("rename_class", [from = class_name(), to = class_name()](Gallery& g) {
        return g.rename_class(from, to);
      });
    } else if (dice < 770) {
      gallery_->reindex();
    } else if (dice < 780) {
      open();
    } else if (dice < 783) {
      restore();
    } else if (dice < 900) {
      reader_->refresh();
      wrong = glance(*reader_);
      if (wrong.empty() && dice < 810) wrong = follow(*reader_);
    } else if (dice < 905) {
      wrong = follow(*gallery_);
    } else if (dice < 910) {
      followers_.emplace_back(*gallery_);
      if (followers_.size() > kMostFollowers) followers_.pop_front();
    } else if (dice < 920) {
      const std::string value(dice % 3, 'x');
      gallery_->set_setting("s", value);
      plain_.set_setting("s", value);
    }
    return wrong.empty() ? glance(*gallery_) : wrong;
  }

  std::string whole_difference() {
    reader_->refresh();
    const std::uint64_t seed = random_();
    const std::string wrong = difference(seed % 2 == 0 ? *gallery_ : *reader_, plain_, seed);
    for (const std::string& problem : gallery_->verify()) return problem;
    if (gallery_->setting("s") != plain_.setting("s")) return "a setting differs";
    return wrong;
  }

  PlainGallery& plain() { return plain_; }

 private:
  fs::path path() const { return folder_ / std::to_string(copy_); }

  void open() {
    gallery_.reset();
    reader_.reset();
    if (!fs::exists(path())) {
      fs::create_directory(path());
      make_store(store_path(path())).reset();
    }
    const auto opened = [&](StoreMode mode) {
      return std::make_unique<EmbeddedGallery>(Store::open(store_path(path()), mode), path());
    };
    gallery_ = opened(StoreMode::kReadWrite);
    reader_ = opened(StoreMode::kReadOnly);
  }

  void restore() {
    const fs::path file = folder_ / "backup";
    gallery_->back_up(file);
    gallery_.reset();
    reader_.reset();
    fs::remove_all(path());
    ++copy_;
    restore_database(file, path());
    open();
  }

  template <typename Operation>
  std::string in_both(const char* name, const Operation& operation) {
    const auto outcome = [&](Gallery& gallery) -> std::string {
      try {
        return to_text(operation(gallery));
      } catch (const Error& error) {
        return "error " + std::to_string(static_cast<int>(error.code()));
      }
    };
    const std::string expected = outcome(plain_);
    const std::string seen = outcome(*gallery_);
    return seen == expected ? "" : std::string(name) + " gave " + seen + ", not " + expected;
  }

  std::string follow(const Gallery& gallery) {
    if (followers_.empty()) return "";
    return followers_[random_() % followers_.size()].follow(gallery, plain_, 1 + random_() % 50);
  }

  std::string class_name() { return std::string(1, static_cast<char>('a' + random_() % 6)); }
  std::string key() { return "key " + std::to_string(random_() % 40); }
  ItemId id() { return ItemId{1 + random_() % highest_}; }
  std::vector<ItemId> some_ids(std::size_t most) {
    std::vector<ItemId> ids;
    for (std::size_t left = 1 + random_() % most; left > 0; --left) {
      // Most of those that were ever there are gone.
      const auto page = plain_.items_after(id(), 1);
      ids.push_back(page.empty() || random_() % 20 == 0 ? id() : page.front().id);
    }
    return ids;
  }
  Metadata metadata() {  // of the fields that difference() asks for
    Metadata metadata;
    if (random_() % 2 == 0) metadata["n"] = static_cast<double>(random_() % 6);
    if (random_() % 3 == 0) metadata["t"] = random_() % 2 == 0 ? "red" : "green";
    if (random_() % 9 == 0) metadata["n"] = "red";
    return metadata;
  }
  ItemChange change() {
    ItemChange change{.set = metadata()};
    if (random_() % 2 == 0) change.class_name = class_name();
    if (random_() % 4 == 0) change.source = "/moved/" + std::to_string(random_() % 100);
    if (random_() % 3 == 0) change.key = random_() % 4 == 0 ? "" : key();
    if (random_() % 3 == 0) change.unset = {random_() % 2 == 0 ? "n" : "t", "none"};
    for (const std::string& name : change.unset) change.set.erase(name);
    return change;
  }

  std::string add() {
    std::vector<NewItem> items;
    const std::size_t count = 1 + random_() % 4;
    for (std::size_t i = 0; i < count; ++i) {
      // Some are there already.
      const std::uint64_t number = random_() % 400;
      NewItem item = number % 4 == 0 ? item_with_image(number, class_name())
                                     : numbered_item(number, class_name());
      if (random_() % 3 == 0) item.image.clear();
      if (random_() % 6 == 0) {
        item.info.digest = {};
        item.image.clear();
      }
      if (random_() % 3 == 0) item.info.key = key();
      item.info.metadata = metadata();
      items.push_back(std::move(item));
    }
    const EmbeddingBatch embeddings = corner_embeddings(count, random_());
    highest_ += count;
    return in_both("add", [&](Gallery& g) { return g.add(items, embeddings); });
  }

  // Compares what can be compared after every step.
  std::string glance(const Gallery& gallery) {
    if (gallery.stats().items != plain_.stats().items) return "the numbers of items differ";
    if (gallery.classes() != plain_.classes()) return "the classes differ";
    if (gallery.kept_images() != plain_.kept_images()) return "the images that are kept differ";
    const std::string wanted_key = key();
    if (gallery.find_key(wanted_key) != plain_.find_key(wanted_key)) return "a key differs";
    const ItemId wanted_id = id();
    const auto record = gallery.get(wanted_id);
    const auto expected = plain_.get(wanted_id);
    if (record.has_value() != expected.has_value()) return "an item is missing, or too many";
    if (record && record->info != expected->info) return "a record differs";
    SearchFilter filter;
    if (random_() % 2 == 0) filter.class_names = {class_name()};
    if (random_() % 2 == 0) filter.where = {{"n", Comparison::kEqual, 3.0}};
    const EmbeddingBatch query = corner_embeddings(1, random_());
    return gallery.search(query.row(0), 5, filter) == plain_.search(query.row(0), 5, filter)
               ? ""
               : "a search differs";
  }

  std::mt19937_64 random_;
  const TemporaryFolder folder_;
  int copy_ = 0;
  std::uint64_t highest_ = 1;
  PlainGallery plain_;
  std::unique_ptr<EmbeddedGallery> gallery_;
  std::unique_ptr<EmbeddedGallery> reader_;
  std::deque<Follower> followers_;  // each began some time ago and caught up some time ago
};

TEST(ModelTest, AGalleryIsAMap) {
  const std::uint64_t steps = amount(500, 20'000, 1'000'000);
  const std::uint64_t check_every = amount(100, 1'000, 5'000);
  Twins twins(fault_run().seed);
  std::uint64_t checks = 0;
  for (std::uint64_t i = 1; i <= steps; ++i) {
    ASSERT_EQ(twins.step(), "") << "after " << i << " steps";
    if (i % check_every != 0) continue;
    ASSERT_EQ(twins.whole_difference(), "") << "after " << i << " steps";
    ++checks;
  }
  const auto last = twins.plain().items_after(ItemId{}, 1);
  ASSERT_FALSE(last.empty());
  twins.plain().update(std::vector{last[0].id}, {.source = "/another"});
  EXPECT_NE(twins.whole_difference(), "") << "a difference would not be noticed";
  if (HasFailure()) return;
  record({"F7a", grouped(steps) + " random operations beside a plain map",
          "0 differences after each, and in " + grouped(checks) + " comparisons of everything",
          "another source of one item: noticed"});
}

}  // namespace
}  // namespace simdb::test
