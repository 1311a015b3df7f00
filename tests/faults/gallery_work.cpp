#include "tests/faults/gallery_work.h"

#include <algorithm>
#include <sstream>

#include "tests/support/embeddings.h"

namespace simdb::test {
namespace {

constexpr std::size_t kBatch = 64;

std::string name_of(ItemId id) { return "item " + std::to_string(to_number(id)); }

std::string class_name_of(std::uint64_t class_number) {
  return "class " + std::to_string(class_number);
}

// Some fields stay from version to version, some change, some go.
Metadata metadata_of(std::uint64_t version) {
  Metadata metadata{{"version", static_cast<double>(version)}, {"even", version % 2 == 0}};
  if (version % 3 == 0) metadata["color"] = version % 2 == 0 ? "red" : "blue";
  if (version % 5 == 0) metadata["price"] = static_cast<double>(version % 100) / 4;
  return metadata;
}

std::string key_of(std::uint64_t number) { return "key " + std::to_string(number); }

Kept added_as(std::uint64_t number) {
  return {number, number, number % 3, number % 3 == 0 ? key_of(number) : ""};
}

// As change `version` leaves it.
Kept changed(Kept kept, std::uint64_t version, bool alone) {
  kept.version = version;
  kept.class_number = version % 5;
  if (alone && version % 2 == 0) kept.key = version % 8 == 0 ? "" : key_of(version);
  return kept;
}

// Every third comes with its image.
NewItem item_of(std::uint64_t number, const std::string& class_name) {
  return number % 3 == 0 ? item_with_image(number, class_name) : numbered_item(number, class_name);
}

ItemInfo info_of(const Kept& kept) {
  ItemInfo info = item_of(kept.number, class_name_of(kept.class_number)).info;
  info.key = kept.key;
  info.metadata = metadata_of(kept.version);
  return info;
}

std::string difference(const EmbeddedGallery& gallery, const ItemRecord& record, const Kept& kept) {
  if (!(record.info == info_of(kept))) return "has another record";
  if (gallery.embedding(record.id) !=
      random_embeddings(1, gallery.dimension(), kept.number).at(0)) {
    return "has another embedding";
  }
  if (gallery.thumbnail(record.id) != numbered_item(kept.number, "any").thumbnail) {
    return "has another thumbnail";
  }
  if (gallery.image(record.info.digest) != item_of(kept.number, "any").image) {
    return "has another image";
  }
  return kept.key.empty() || gallery.find_key(kept.key) == record.id ? ""
                                                                     : "is not what its key finds";
}

// Compares a search with the plainest one there is.
std::string check_search(const EmbeddedGallery& gallery, std::uint64_t seed) {
  const EmbeddingBatch queries = random_embeddings(1, gallery.dimension(), seed);
  std::vector<Neighbor> all;
  gallery.for_each_embedding([&](ItemId id, std::span<const float> values) {
    all.push_back({id, similarity(queries.row(0), values)});
    return true;
  });
  std::sort(all.begin(), all.end(), [](const Neighbor& a, const Neighbor& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.id < b.id;
  });
  const auto found = gallery.search(queries.row(0), 10);
  if (found.size() != std::min<std::size_t>(10, all.size())) return "a search finds too little";
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].id != all[i].id && std::abs(found[i].similarity - all[i].similarity) > 1e-6F) {
      return "a search finds " + name_of(found[i].id) + " instead of " + name_of(all[i].id);
    }
  }
  return "";
}

// Compares what the changes say was added and removed with what is there.
std::string check_changes(const EmbeddedGallery& gallery) {
  const auto history = gallery.changes_since(0);
  if (!history) return "";  // forgotten, by a repair
  std::set<ItemId> there;
  for (const ItemEvent& event : history->events) {
    const bool is_new = event.kind == ChangeKind::kAdded;
    if (there.contains(event.id) == is_new) return name_of(event.id) + " has a wrong history";
    if (is_new) there.insert(event.id);
    if (event.kind == ChangeKind::kRemoved) there.erase(event.id);
  }
  std::string wrong = history->through == gallery.changes() ? "" : "the history ends too early";
  gallery.for_each_item([&](const ItemRecord& record) {
    if (there.erase(record.id) == 0) wrong = name_of(record.id) + " has no history";
    return wrong.empty();
  });
  return wrong.empty() && !there.empty() ? name_of(*there.begin()) + " is in the history alone"
                                         : wrong;
}

}  // namespace

NewItem work_item(std::uint64_t number) {
  NewItem item = item_of(number, "any");
  item.info = info_of(added_as(number));
  return item;
}

ItemChange work_change(std::uint64_t version) {
  ItemChange change{.class_name = class_name_of(changed({}, version, false).class_number),
                    .set = metadata_of(version)};
  for (const char* field : {"color", "price"}) {
    if (!change.set.contains(field)) change.unset.emplace_back(field);
  }
  return change;
}

void hear(Expected& expected, const std::string& line) {
  std::istringstream words(line);
  std::string what;
  words >> what;
  std::uint64_t number = 0;
  if (what == "add") {
    std::uint64_t count = 0;
    words >> number >> count;
    expected.adding.clear();
    for (std::uint64_t i = 0; i < count; ++i) expected.adding.push_back(added_as(number + i));
    if (std::uint64_t id = 0; words >> id) {
      expected.adding[0].key = expected.items.at(ItemId{id}).key;
      expected.removing.insert(ItemId{id});
    }
  } else if (what == "remove") {
    while (words >> number) expected.removing.insert(ItemId{number});
  } else if (what == "change") {
    words >> number;
    std::vector<ItemId> ids;
    for (std::uint64_t id = 0; words >> id;) ids.push_back(ItemId{id});
    for (const ItemId id : ids) {
      expected.changing[id] = changed(expected.items.at(id), number, ids.size() == 1);
    }
  } else if (what == "rename") {
    std::uint64_t to = 0;
    words >> number >> to;
    for (const auto& [id, kept] : expected.items) {
      if (kept.class_number != number) continue;
      expected.changing[id] = kept;
      expected.changing[id].class_number = to;
    }
  } else if (what == "added" || what == "removed" || what == "changed") {
    words >> number;
    expected.acknowledged +=
        expected.adding.size() + expected.removing.size() + expected.changing.size();
    for (const Kept& kept : expected.adding) expected.items[ItemId{number++}] = kept;
    for (const ItemId id : expected.removing) expected.items.erase(id);
    for (const auto& [id, kept] : expected.changing) expected.items[id] = kept;
    expected.removed.merge(expected.removing);
    expected.adding.clear();
    expected.removing.clear();
    expected.changing.clear();
  }
}

void GalleryWork::say(Expected& expected, const std::string& line) {
  hear(expected, line);
  announce_(line);
}

void GalleryWork::add(EmbeddedGallery& gallery, Expected& expected, std::size_t count,
                      std::optional<ItemId> replaced) {
  const std::uint64_t first = next_number_;
  next_number_ += count;
  std::string line = "add " + std::to_string(first) + " " + std::to_string(count);
  if (replaced) line += " " + std::to_string(to_number(*replaced));
  std::vector<NewItem> items;
  EmbeddingBatch embeddings(gallery.dimension());
  for (std::uint64_t number = first; number < next_number_; ++number) {
    items.push_back(work_item(number));
    embeddings.append(random_embeddings(1, gallery.dimension(), number));
  }
  if (replaced) items[0].info.key = expected.items.at(*replaced).key;
  say(expected, line);
  const auto added = gallery.add(items, embeddings);
  say(expected, "added " + std::to_string(to_number(added.front().id)));
}

void GalleryWork::change(EmbeddedGallery& gallery, Expected& expected,
                         const std::vector<ItemId>& ids) {
  const std::uint64_t version = next_number_++;
  std::string line = "change " + std::to_string(version);
  for (const ItemId id : ids) line += " " + std::to_string(to_number(id));
  say(expected, line);
  ItemChange change = work_change(version);
  if (ids.size() == 1) change.key = expected.changing.at(ids.front()).key;
  gallery.update(ids, change);
  say(expected, "changed");
}

void GalleryWork::rename(EmbeddedGallery& gallery, Expected& expected) {
  const auto one = some(expected, 1);
  if (one.empty()) return;
  const std::uint64_t from = expected.items.at(one.front()).class_number;
  const std::uint64_t to = (from + 1 + random_() % 4) % 6;  // one that exists, or not
  say(expected, "rename " + std::to_string(from) + " " + std::to_string(to));
  gallery.rename_class(class_name_of(from), class_name_of(to));
  say(expected, "changed");
}

std::vector<ItemId> GalleryWork::some(const Expected& expected, std::size_t count,
                                      const std::function<bool(const Kept&)>& fits) {
  std::vector<ItemId> ids;
  for (const auto& [id, kept] : expected.items) {
    if (ids.size() < count && fits(kept) && random_() % 8 == 0) ids.push_back(id);
  }
  return ids;
}

void GalleryWork::remove(EmbeddedGallery& gallery, Expected& expected,
                         const std::vector<ItemId>& ids) {
  std::string line = "remove";
  for (const ItemId id : ids) line += " " + std::to_string(to_number(id));
  say(expected, line);
  gallery.remove(ids);
  say(expected, "removed");
}

void GalleryWork::shrink(EmbeddedGallery& gallery, Expected& expected, std::size_t keep) {
  std::vector<ItemId> ids;
  for (const auto& [id, kept] : expected.items) {
    if (ids.size() + keep >= expected.items.size()) break;
    ids.push_back(id);
  }
  if (!ids.empty()) remove(gallery, expected, ids);
}

void GalleryWork::step(EmbeddedGallery& gallery, Expected& expected) {
  const auto dice = random_() % 100;
  step(gallery, expected,
       dice < 40   ? Step::kAdd
       : dice < 45 ? Step::kAddBatch
       : dice < 50 ? Step::kReplace
       : dice < 60 ? Step::kRemove
       : dice < 75 ? Step::kChange
       : dice < 80 ? Step::kRename
       : dice < 90 ? Step::kReindex
                   : Step::kSearch);
}

void GalleryWork::step(EmbeddedGallery& gallery, Expected& expected, Step step) {
  switch (step) {
    case Step::kAdd:
    case Step::kAddBatch: {
      add(gallery, expected, step == Step::kAddBatch ? kBatch : 1 + random_() % 4);
      break;
    }
    case Step::kReplace: {
      const auto owner = some(expected, 1, [](const Kept& kept) { return !kept.key.empty(); });
      if (!owner.empty()) add(gallery, expected, 1 + random_() % 4, owner.front());
      break;
    }
    case Step::kRemove: {
      const auto ids = some(expected, 3);
      if (!ids.empty()) remove(gallery, expected, ids);
      break;
    }
    case Step::kChange: {
      const auto ids = some(expected, 1 + random_() % 4);
      if (!ids.empty()) change(gallery, expected, ids);
      break;
    }
    case Step::kRename:
      rename(gallery, expected);
      break;
    case Step::kReindex:
      gallery.reindex();
      break;
    case Step::kSearch:
      gallery.search(random_embeddings(1, gallery.dimension(), random_()).row(0), 5);
      break;
  }
}

std::string check_whole(const EmbeddedGallery& gallery) {
  for (const std::string& problem : gallery.verify()) return problem;
  std::string wrong;
  gallery.for_each_item([&](const ItemRecord& record) {
    // Any class and any key may be right, and source ("/images/NUMBER.png") and metadata say what
    // the rest must be.
    const ItemInfo& info = record.info;
    const std::size_t slash = info.source.rfind('/');
    const std::size_t space = info.class_name.rfind(' ');
    const auto version = info.metadata.find("version");
    const std::string difference =
        slash == std::string::npos || space == std::string::npos || version == info.metadata.end()
            ? "is none of ours"
            : test::difference(gallery, record,
                               {std::strtoull(&info.source[slash + 1], nullptr, 10),
                                static_cast<std::uint64_t>(std::get<double>(version->second)),
                                std::strtoull(&info.class_name[space + 1], nullptr, 10), info.key});
    if (!difference.empty()) wrong = name_of(record.id) + " " + difference;
    return wrong.empty();
  });
  return wrong;
}

std::string check(const EmbeddedGallery& gallery, Expected& expected) {
  for (const std::string& problem : gallery.verify()) return problem;
  if (std::string wrong = check_changes(gallery); !wrong.empty()) return wrong;
  std::vector<ItemRecord> unknown;
  std::size_t present = 0;
  std::size_t still_there = 0;
  std::size_t changed = 0;
  std::size_t unchanged = 0;
  std::string wrong;
  gallery.for_each_item([&](const ItemRecord& record) {
    const auto item = expected.items.find(record.id);
    if (item == expected.items.end()) {
      if (expected.removed.contains(record.id)) wrong = name_of(record.id) + " came back";
      unknown.push_back(record);
    } else {
      ++present;
      still_there += expected.removing.contains(record.id) ? 1 : 0;
      const auto change = expected.changing.find(record.id);
      const bool may_change =
          change != expected.changing.end() && !(change->second == item->second);
      const bool is_changed = may_change && record.info == info_of(change->second);
      changed += is_changed ? 1 : 0;
      unchanged += may_change && !is_changed ? 1 : 0;
      const std::string difference =
          test::difference(gallery, record, is_changed ? change->second : item->second);
      if (!difference.empty()) wrong = name_of(record.id) + " " + difference;
    }
    return wrong.empty();
  });
  if (!wrong.empty()) return wrong;
  const std::size_t gone = expected.removing.size() - still_there;
  if (still_there != 0 && gone != 0) return "a removal was done by half";
  if (present + gone != expected.items.size()) {
    return std::to_string(expected.items.size() - gone - present) + " acknowledged items are lost";
  }
  if (changed != 0 && unchanged != 0) return "a change was done by half";
  if (!unknown.empty() && unknown.size() != expected.adding.size()) {
    return std::to_string(unknown.size()) + " items of an addition of " +
           std::to_string(expected.adding.size()) + " are there";
  }
  if (!expected.adding.empty() && !expected.removing.empty() && unknown.empty() != (gone == 0)) {
    return "an item was replaced by half";
  }
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    const Kept& kept = expected.adding[i];
    const std::string difference = test::difference(gallery, unknown[i], kept);
    if (!difference.empty()) return name_of(unknown[i].id) + " " + difference;
    expected.items[unknown[i].id] = kept;
  }
  if (gone != 0) {
    for (const ItemId id : expected.removing) expected.items.erase(id);
    expected.removed.merge(expected.removing);
  }
  if (changed != 0) {
    for (const auto& [id, kept] : expected.changing) expected.items[id] = kept;
  }
  expected.adding.clear();
  expected.removing.clear();
  expected.changing.clear();
  return check_search(gallery, expected.acknowledged);
}

}  // namespace simdb::test
