#include "tests/faults/gallery_work.h"

#include <algorithm>
#include <sstream>

#include "tests/support/embeddings.h"

namespace simdb::test {
namespace {

constexpr std::size_t kBatch = 64;

std::string name_of(ItemId id) { return "item " + std::to_string(to_number(id)); }

std::string difference(const EmbeddedGallery& gallery, const ItemRecord& record,
                       std::uint64_t number) {
  const NewItem item = numbered_item(number, "class " + std::to_string(number % 3));
  if (!(record.info == item.info)) return "has another record";
  if (gallery.embedding(record.id) != random_embeddings(1, gallery.dimension(), number).at(0)) {
    return "has another embedding";
  }
  if (gallery.thumbnail(record.id) != item.thumbnail) return "has another thumbnail";
  return "";
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

}  // namespace

void hear(Expected& expected, const std::string& line) {
  std::istringstream words(line);
  std::string what;
  words >> what;
  if (what == "add") {
    words >> expected.adding_first >> expected.adding_count;
  } else if (what == "added") {
    std::uint64_t id = 0;
    words >> id;
    for (std::uint64_t i = 0; i < expected.adding_count; ++i) {
      expected.items[ItemId{id + i}] = expected.adding_first + i;
    }
    expected.acknowledged += expected.adding_count;
    expected.adding_count = 0;
  } else if (what == "remove") {
    for (std::uint64_t id = 0; words >> id;) expected.removing.insert(ItemId{id});
  } else if (what == "removed") {
    expected.acknowledged += expected.removing.size();
    for (const ItemId id : expected.removing) expected.items.erase(id);
    expected.removed.merge(expected.removing);
    expected.removing.clear();
  }
}

void GalleryWork::say(Expected& expected, const std::string& line) {
  hear(expected, line);
  announce_(line);
}

void GalleryWork::add(EmbeddedGallery& gallery, Expected& expected, std::size_t count) {
  const std::uint64_t first = next_number_;
  next_number_ += count;
  std::vector<NewItem> items;
  EmbeddingBatch embeddings(gallery.dimension());
  for (std::uint64_t number = first; number < next_number_; ++number) {
    items.push_back(numbered_item(number, "class " + std::to_string(number % 3)));
    embeddings.append(random_embeddings(1, gallery.dimension(), number));
  }
  say(expected, "add " + std::to_string(first) + " " + std::to_string(count));
  const auto added = gallery.add(items, embeddings);
  say(expected, "added " + std::to_string(to_number(added.front().id)));
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
  for (const auto& [id, number] : expected.items) {
    if (ids.size() + keep >= expected.items.size()) break;
    ids.push_back(id);
  }
  if (!ids.empty()) remove(gallery, expected, ids);
}

void GalleryWork::step(EmbeddedGallery& gallery, Expected& expected) {
  const auto dice = random_() % 100;
  step(gallery, expected,
       dice < 60   ? Step::kAdd
       : dice < 65 ? Step::kAddBatch
       : dice < 80 ? Step::kRemove
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
    case Step::kRemove: {
      std::vector<ItemId> ids;
      for (const auto& [id, number] : expected.items) {
        if (ids.size() < 3 && random_() % 8 == 0) ids.push_back(id);
      }
      if (!ids.empty()) remove(gallery, expected, ids);
      break;
    }
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
    const std::string& source = record.info.source;  // "/images/NUMBER.png"
    const std::size_t slash = source.rfind('/');
    const std::string difference =
        slash == std::string::npos
            ? "has another source"
            : test::difference(gallery, record, std::strtoull(&source[slash + 1], nullptr, 10));
    if (!difference.empty()) wrong = name_of(record.id) + " " + difference;
    return wrong.empty();
  });
  return wrong;
}

std::string check(const EmbeddedGallery& gallery, Expected& expected) {
  for (const std::string& problem : gallery.verify()) return problem;
  std::vector<ItemRecord> unknown;
  std::size_t present = 0;
  std::size_t still_there = 0;
  std::string wrong;
  gallery.for_each_item([&](const ItemRecord& record) {
    const auto item = expected.items.find(record.id);
    if (item == expected.items.end()) {
      if (expected.removed.contains(record.id)) wrong = name_of(record.id) + " came back";
      unknown.push_back(record);
    } else {
      ++present;
      still_there += expected.removing.contains(record.id) ? 1 : 0;
      const std::string difference = test::difference(gallery, record, item->second);
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
  if (!unknown.empty() && unknown.size() != expected.adding_count) {
    return std::to_string(unknown.size()) + " items of an addition of " +
           std::to_string(expected.adding_count) + " are there";
  }
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    const std::uint64_t number = expected.adding_first + i;
    const std::string difference = test::difference(gallery, unknown[i], number);
    if (!difference.empty()) return name_of(unknown[i].id) + " " + difference;
    expected.items[unknown[i].id] = number;
  }
  if (gone != 0) {
    for (const ItemId id : expected.removing) expected.items.erase(id);
    expected.removed.merge(expected.removing);
  }
  expected.removing.clear();
  expected.adding_count = 0;
  return check_search(gallery, expected.acknowledged);
}

}  // namespace simdb::test
