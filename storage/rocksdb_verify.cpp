#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "storage/history_check_internal.h"
#include "storage/item_value_internal.h"
#include "storage/rocksdb_options_internal.h"
#include "storage/rocksdb_status_internal.h"
#include "storage/rocksdb_verify_internal.h"

namespace simdb {
namespace {

constexpr std::size_t kMaxProblems = 100;

class Verifier {
 public:
  Verifier(const RocksConnection& connection, const Store& store)
      : connection_(connection), store_(store) {}

  std::vector<StoreProblem> run() {
    attempt([&] { check_bytes(); });
    attempt([&] { store_.encoder_model(); });
    attempt([&] { check_items(); });
    attempt([&] { check_owned_by_items(Family::kVectors, "embeddings", true); });
    attempt([&] { check_owned_by_items(Family::kThumbnails, "thumbnails", false); });
    attempt([&] { check_entries(Family::kByClass, "the class index", ids_.size()); });
    attempt([&] { check_entries(Family::kByHash, "the digest index", ids_.size()); });
    attempt([&] { check_entries(Family::kByKey, "the index of keys", keys_); });
    attempt([&] { check_entries(Family::kByMetadata, "the index of metadata", fields_); });
    attempt([&] { check_classes(); });
    attempt([&] { check_counters(); });
    attempt([&] { check_history(connection_, [&](const std::string& what) { report(what); }); });
    return std::move(problems_);
  }

 private:
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
      const std::string name = "item " + std::to_string(to_number(record.id));
      attempt([&] {
        if (!store_.embedding(record.id)) report(name + " has no embedding");
      });
      const ItemInfo& info = record.info;
      if (!connection_.read(Family::kByClass, class_key(info.class_name, record.id))) {
        report(name + " is missing in the class index");
      }
      if (!connection_.read(Family::kByHash, digest_key(info.digest, record.id))) {
        report(name + " is missing in the digest index");
      }
      if (!info.key.empty()) {
        ++keys_;
        if (connection_.read(Family::kByKey, info.key) != item_key(record.id)) {
          report(name + " is missing in the index of keys");
        }
      }
      for (const auto& [field, value] : info.metadata) {
        ++fields_;
        if (!connection_.read(Family::kByMetadata, field_key(field, value, record.id))) {
          report(name + " is missing in the index of metadata");
        }
      }
      return true;
    });
  }

  // Every id of the family belongs to an item.
  void check_owned_by_items(Family family, const std::string& what, bool every_item_has_one) {
    std::size_t count = 0;
    connection_.scan(family, {}, [&](std::string_view key, std::string_view) {
      ++count;
      const auto id = decode_item_key(key);
      if (!id) {
        report("a key among the " + what + " has a wrong length");
      } else if (!std::binary_search(ids_.begin(), ids_.end(), *id)) {
        report("the " + what + " hold item " + std::to_string(to_number(*id)) +
               ", which does not exist");
      }
      return true;
    });
    if (every_item_has_one) compare_counts("the " + what, count, ids_.size());
  }

  // Each item's entry was looked up already, so equal counts mean that there is no other entry.
  void check_entries(Family family, const std::string& what, std::size_t expected) {
    std::size_t count = 0;
    connection_.scan(family, {}, [&](std::string_view, std::string_view) { return ++count, true; });
    compare_counts(what, count, expected);
  }

  void compare_counts(const std::string& what, std::size_t count, std::size_t expected) {
    if (count == expected) return;
    report(what + ": the items make " + std::to_string(expected) + " entries, but there are " +
           std::to_string(count));
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
  std::size_t keys_ = 0;
  std::size_t fields_ = 0;
};

}  // namespace

std::vector<StoreProblem> verify_store(const RocksConnection& connection, const Store& store) {
  return Verifier(connection, store).run();
}

}  // namespace simdb
