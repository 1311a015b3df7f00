#include <algorithm>
#include <optional>
#include <vector>

#include "storage/history_check_internal.h"

namespace simdb {
namespace {

class HistoryCheck {
 public:
  HistoryCheck(const RocksConnection& connection,
               const std::function<void(const std::string&)>& report)
      : connection_(connection), report_(report) {}

  void run() {
    if (from_ > changes_) {
      report_("the changes up to " + std::to_string(from_) + " are forgotten, but only " +
              std::to_string(changes_) + " are counted");
    }
    check_entries();
    check_sessions();
  }

 private:
  std::uint64_t number(std::string_view key) const {
    const auto value = connection_.read(Family::kMeta, key);
    return value ? decode_number(*value).value_or(0) : 0;
  }

  void check_entries() {
    std::uint64_t count = 0;
    connection_.scan(Family::kTombstones, {}, [&](std::string_view key, std::string_view value) {
      ++count;
      if (!decode_tombstone_key(key)) {
        report_("a key of the history has a wrong length");
      } else if (const auto entry = decode_history_entry(key, value)) {
        check_entry(*entry);
      } else {
        report_("an entry of the history says what no change is");
      }
      return true;
    });
    std::sort(removed_.begin(), removed_.end());
    if (std::adjacent_find(removed_.begin(), removed_.end()) != removed_.end()) {
      report_("an item was removed twice");
    }
    if (follows_) return check_count(count);
    // Nothing is forgotten yet: every id that was given and is not in use was removed.
    const std::uint64_t items = number(kMetaItems);
    if (from_ == 0 && items + removed_.size() + 1 != next_id_) {
      report_("the history tells of " + std::to_string(removed_.size()) + " removals, but " +
              std::to_string(next_id_ - 1 - items) + " items were removed");
    }
    if (!knows_additions_) return;
    if (next_addition_ && *next_addition_ != next_id_) {
      report_("the last additions are missing in the history");
    }
    check_count(count);
  }

  void check_count(std::uint64_t count) {
    if (const std::uint64_t counted = number(kMetaHistoryEntries); counted != count) {
      report_("the history counts " + std::to_string(counted) + " entries, but has " +
              std::to_string(count));
    }
  }

  void check_entry(const HistoryEntry& entry) {
    const std::uint64_t first = to_number(entry.first);
    const std::string name = "the history of item " + std::to_string(first);
    if (entry.change <= from_) report_(name + " should be forgotten");
    if (entry.change > changes_) report_(name + " is of a change to come");
    if (first == 0 || first >= next_id_ || entry.items > next_id_ - first) {
      report_(name + ", which never existed");
    }
    if (entry.kind == ChangeKind::kRemoved) {
      removed_.push_back(entry.first);
      if (connection_.read(Family::kItems, item_key(entry.first))) {
        report_(name + " says that it was removed, but it exists");
      }
    } else if (entry.kind == ChangeKind::kAdded) {
      // Ids ascend, and without a gap where this store gave them.
      if (next_addition_ && (follows_ ? *next_addition_ > first : *next_addition_ != first)) {
        report_(name + " says that it was added, but the next id was " +
                std::to_string(*next_addition_));
      }
      next_addition_ = first + entry.items;
    }
  }

  void check_sessions() {
    std::optional<std::uint64_t> lowest;
    connection_.scan(Family::kSessions, {}, [&](std::string_view key, std::string_view value) {
      const auto first = decode_number(key);
      if (!first || !decode_number(value)) {
        report_("an entry among the sessions has a wrong length");
      } else if (*first == 0 || *first > changes_) {
        report_("a session begins with change " + std::to_string(*first) + ", which is none");
      }
      if (!lowest) lowest = first;
      return true;
    });
    // Every number that may be asked for belongs to a session if the lowest does.
    const std::uint64_t asked = std::max<std::uint64_t>(from_, 1);
    if (asked <= changes_ && (!lowest || *lowest > asked)) {
      report_("the mark of change " + std::to_string(asked) + " is lost");
    }
  }

  const RocksConnection& connection_;
  const std::function<void(const std::string&)>& report_;
  const bool knows_additions_ = connection_.require_known_format() > 1;
  const bool follows_ = connection_.read(Family::kMeta, kMetaFollows).has_value();
  const std::uint64_t changes_ = number(kMetaChanges);
  const std::uint64_t from_ = number(kMetaTombstonesFrom);
  const std::uint64_t next_id_ = number(kMetaNextId);
  std::vector<ItemId> removed_;
  // The id that the next addition must begin with, once it is known.
  std::optional<std::uint64_t> next_addition_ =
      from_ == 0 && knows_additions_ ? std::optional<std::uint64_t>(1) : std::nullopt;
};

}  // namespace

void check_history(const RocksConnection& connection,
                   const std::function<void(const std::string&)>& report) {
  HistoryCheck(connection, report).run();
}

}  // namespace simdb
