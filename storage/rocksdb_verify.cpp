#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "simdb/embedding.h"
#include "storage/generation_internal.h"
#include "storage/history_check_internal.h"
#include "storage/item_value_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/rocksdb_verify_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kMaxProblems = 100;

// Tells sets of entries apart in whatever order they come, which spares looking each one up: their
// number, and a sum of hashes. The product keeps a key with its value.
class EntrySum {
 public:
  void add(std::string_view key, std::string_view value) {
    const std::hash<std::string_view> hash;
    ++count_;
    sum_ += hash(key) * (2 * hash(value) + 1);
  }
  std::size_t count() const noexcept { return count_; }

  friend bool operator==(const EntrySum&, const EntrySum&) = default;

 private:
  std::size_t count_ = 0;
  std::size_t sum_ = 0;
};

// Families whose entries follow from the items.
struct DerivedFamily {
  Family family;
  const char* name;
};
constexpr DerivedFamily kDerived[] = {{Family::kByClass, "the class index"},
                                      {Family::kByHash, "the digest index"},
                                      {Family::kByKey, "the index of keys"},
                                      {Family::kByMetadata, "the index of metadata"}};

class Verifier {
 public:
  Verifier(const RocksConnection& connection, const Store& store)
      : connection_(connection), store_(store) {}

  std::vector<StoreProblem> run() {
    attempt([&] { check_bytes(); });
    attempt([&] { store_.encoder_model(); });
    attempt([&] { check_items(); });
    attempt([&] { check_embeddings(); });
    attempt([&] { check_other_generation(); });
    attempt(
        [&] { check_owners(Family::kThumbnails, "thumbnails", [](ItemId, std::string_view) {}); });
    for (const DerivedFamily& derived : kDerived) attempt([&] { check_derived(derived); });
    attempt([&] { check_images(); });
    attempt([&] { check_classes(); });
    attempt([&] { check_counters(); });
    attempt([&] { check_history(connection_, [&](const std::string& what) { report(what); }); });
    return std::move(problems_);
  }

 private:
  static std::string name_of(ItemId id) { return "item " + std::to_string(to_number(id)); }

  static std::vector<ItemId> difference(std::span<const ItemId> some,
                                        std::span<const ItemId> others) {
    std::vector<ItemId> result;
    std::ranges::set_difference(some, others, std::back_inserter(result));
    return result;
  }

  void report(std::string what) {
    if (problems_.size() < kMaxProblems) problems_.push_back({std::move(what)});
  }

  // Damage ends one step, not the others; anything else ends the verification.
  template <typename Step>
  void attempt(Step&& step) {
    try {
      step();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kCorruption) throw;
      report(error.what());
    }
  }

  void check_bytes() {
    require_ok(connection_.verify_files(), "verify the files of", connection_.path());
  }

  void check_items() {
    store_.for_each_item([&](const ItemRecord& record) {
      ids_.push_back(record.id);
      ++classes_[record.info.class_name];
      for_each_derived(record.id, record.info,
                       [&](Family family, const std::string& key, const std::string& value) {
                         made_[family].add(key, value);
                       });
      return true;
    });
  }

  void check_embeddings() {
    const Family family = current_vectors(connection_);
    const auto owners = check_vectors(family, "embeddings", store_.dimension());
    for (const ItemId id : difference(ids_, owners)) report(name_of(id) + " has no embedding");
  }

  // Not every item need have an embedding there.
  void check_other_generation() {
    const auto other = read_other_generation(connection_);
    const Family family = other_vectors(current_vectors(connection_));
    if (other) {
      read_model(connection_, other->encoder_fingerprint);
      check_vectors(family, "other encoder's embeddings", other->dimension);
      return;
    }
    connection_.scan(family, {}, [&](std::string_view, std::string_view) {
      report("there are embeddings of another encoder, but no such encoder");
      return false;
    });
  }

  std::vector<ItemId> check_vectors(Family family, const std::string& what, std::size_t dimension) {
    std::vector<float> values(dimension);
    return check_owners(family, what, [&](ItemId id, std::string_view value) {
      attempt([&] {
        decode_vector(id, value, values);
        Embedding::from_unit(values);
      });
    });
  }

  // The ids of the family; reports those of no item.
  std::vector<ItemId> check_owners(
      Family family, const std::string& what,
      const std::function<void(ItemId, std::string_view)>& check_value) {
    std::vector<ItemId> owners;
    connection_.scan(family, {}, [&](std::string_view key, std::string_view value) {
      if (const auto id = decode_item_key(key)) {
        owners.push_back(*id);
        check_value(*id, value);
      } else {
        report("a key among the " + what + " has a wrong length");
      }
      return true;
    });
    for (const ItemId id : difference(owners, ids_)) {
      report("the " + what + " hold " + name_of(id) + ", which does not exist");
    }
    return owners;
  }

  void check_derived(const DerivedFamily& derived) {
    EntrySum found;
    connection_.scan(derived.family, {}, [&](std::string_view key, std::string_view value) {
      found.add(key, value);
      return true;
    });
    const EntrySum& made = made_[derived.family];
    if (found == made) return;
    store_.for_each_item([&](const ItemRecord& record) {
      for_each_derived(record.id, record.info,
                       [&](Family family, const std::string& key, const std::string& value) {
                         if (family == derived.family && connection_.read(family, key) != value) {
                           report(name_of(record.id) + " is missing in " + derived.name);
                         }
                       });
      return true;
    });
    if (found.count() == made.count()) return;
    report(std::string(derived.name) + ": the items make " + std::to_string(made.count()) +
           " entries, but there are " + std::to_string(found.count()));
  }

  void check_images() {
    std::map<Sha256, std::uint64_t> sizes;
    store_.for_each_image_size(
        [&](const Sha256& digest, std::uint64_t bytes) { sizes.emplace(digest, bytes); });
    connection_.scan(Family::kImages, {}, [&](std::string_view key, std::string_view value) {
      const auto digest = decode_digest(key);
      if (!digest) {
        report("a key among the images has a wrong length");
        return true;
      }
      const std::string name = "the image " + to_hex(*digest);
      if (sha256(std::as_bytes(std::span(value))) != *digest) report(name + " is another file");
      if (store_.find_digest(*digest).empty()) report(name + " is kept, but no item has it");
      const auto size = sizes.find(*digest);
      if (size == sizes.end() || size->second != value.size()) {
        report(name + " has " + std::to_string(value.size()) +
               " bytes, which is not what the list of sizes says");
      }
      if (size != sizes.end()) sizes.erase(size);
      return true;
    });
    for (const auto& [digest, bytes] : sizes) {
      for (const ItemId id : store_.find_digest(digest)) {
        report("the image of " + name_of(id) + " is missing");
      }
      if (store_.find_digest(digest).empty()) {
        report("a size is listed of an image that is not kept: " + to_hex(digest));
      }
    }
  }

  void check_classes() {
    std::map<std::string, std::uint64_t> counted = classes_;
    for (const ClassCount& stored : store_.classes()) {
      const std::uint64_t items = counted[stored.name];
      if (items != stored.items) {
        report("class '" + stored.name + "' counts " + std::to_string(stored.items) +
               " items, but has " + std::to_string(items));
      }
      counted.erase(stored.name);
    }
    for (const auto& [name, items] : counted) {
      report("class '" + name + "' with " + std::to_string(items) +
             " items is missing in the list of classes");
    }
  }

  void check_counters() {
    if (store_.size() != ids_.size()) {
      report("the store counts " + std::to_string(store_.size()) + " items, but has " +
             std::to_string(ids_.size()));
    }
    const auto next_id = meta_number(kMetaNextId);
    if (!next_id || (!ids_.empty() && to_number(ids_.back()) >= *next_id)) {
      report("the next id is not above the ids in use");
    }
    if (!ids_.empty() && store_.changes() == 0) report("there are items, but no change is counted");
  }

  std::optional<std::uint64_t> meta_number(std::string_view key) const {
    const auto value = connection_.read(Family::kMeta, key);
    return value ? decode_number(*value) : std::nullopt;
  }

  const RocksConnection& connection_;
  const Store& store_;
  std::vector<StoreProblem> problems_;
  std::vector<ItemId> ids_;  // ascending
  std::map<std::string, std::uint64_t> classes_;
  std::map<Family, EntrySum> made_;  // by the items
};

}  // namespace

std::vector<StoreProblem> verify_store(const RocksConnection& connection, const Store& store) {
  return Verifier(connection, store).run();
}

}  // namespace simdb
