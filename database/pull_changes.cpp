#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "database/pull_changes_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr int kRounds = 100;
constexpr std::size_t kItemsAtOnce = 1024;

// The first and the last change that touched something.
struct Touches {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

class Pull {
 public:
  Pull(const Gallery& original, const ChangePoint& from, const PullLimits& limits)
      : original_(original), from_(from), limits_(limits), known_(from) {}

  std::optional<FollowedChanges> run() {
    if (!read_on()) return std::nullopt;
    if (known_ == from_) return result(from_.change);
    if (events_.size() > limits_.most) return std::nullopt;
    std::uint64_t wanted = std::max(end_of(limits_.at_once), limits_.at_least);
    for (int round = 0; round < kRounds; ++round) {
      fetch(wanted);
      if (!read_on()) return std::nullopt;
      const std::uint64_t state = latest_state(wanted);
      // A small step at the price of a large one would make a long way of it.
      const std::uint64_t step = state - from_.change;
      const bool is_far = step > 0 && step >= (wanted - from_.change) / 4;
      if (state >= limits_.at_least && is_far) return result(state);
      wanted = known_.change;
    }
    throw Error(ErrorCode::kBusy,
                "can't follow the gallery: the same items change all the time; try again");
  }

 private:
  // Reads what is not known yet; false if it is forgotten, or the gallery was replaced.
  bool read_on() {
    const auto more = original_.changes_since(known_.change);
    if (!more || original_.change_mark(known_.change) != known_.mark) return false;
    if (more->through == known_.change) return true;
    const auto mark = original_.change_mark(more->through);
    if (!mark) return false;
    std::uint64_t last = known_.change;
    for (const ItemEvent& event : more->events) {
      touch_others(last, event.change);
      last = event.change;
      touch(event.id, event.change);
      if (event.kind == ChangeKind::kAdded) added_.insert(event.id);
    }
    touch_others(last, more->through + 1);
    events_.insert(events_.end(), more->events.begin(), more->events.end());
    known_ = {more->through, *mark};
    return true;
  }

  void touch(ItemId id, std::uint64_t change) {
    Touches& touches = touches_.try_emplace(id, Touches{change, change}).first->second;
    touches.last = change;
    stale_.insert(id);
  }

  // The changes between two of items are of settings: together they count as an item.
  void touch_others(std::uint64_t after, std::uint64_t before) {
    if (before <= after + 1) return;
    touch(kSettings, after + 1);
    touch(kSettings, before - 1);
  }

  // The change that brings the events to a number.
  std::uint64_t end_of(std::size_t events) const {
    return events_.size() <= events ? known_.change : events_[events].change;
  }

  // Reads anew what was touched up to a change and what changed since it was read.
  void fetch(std::uint64_t wanted) {
    std::vector<ItemId> ids;
    for (const ItemId id : stale_) {
      if (touches_.at(id).first <= wanted && id != kSettings) ids.push_back(id);
    }
    if (stale_.contains(kSettings) && touches_.at(kSettings).first <= wanted) {
      settings_ = original_.settings();
      stale_.erase(kSettings);
    }
    for (std::span<const ItemId> rest = ids; !rest.empty();) {
      const auto some = rest.first(std::min(rest.size(), kItemsAtOnce));
      fetch_items(some);
      rest = rest.subspan(some.size());
    }
  }

  void fetch_items(std::span<const ItemId> ids) {
    const auto records = original_.get_many(ids);
    std::vector<ItemId> fresh;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      stale_.erase(ids[i]);
      const auto& record = records[i];
      if (!record) {
        items_.erase(ids[i]);
        continue;
      }
      Item& item = items_[ids[i]];
      item.record = *record;
      if (added_.contains(ids[i]) && !item.embedding) fresh.push_back(ids[i]);
    }
    if (fresh.empty()) return;
    auto embeddings = original_.embeddings(fresh);
    auto thumbnails = original_.thumbnails(fresh);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      Item& item = items_.at(fresh[i]);
      item.embedding = std::move(embeddings[i]);
      item.thumbnail = std::move(thumbnails[i]);
    }
  }

  // The latest state, up to that after change `wanted`, that what was read shows: what was touched
  // up to it was not touched later.
  std::uint64_t latest_state(std::uint64_t wanted) const {
    std::vector<Touches> ranges;
    for (const auto& [id, touches] : touches_) {
      if (touches.first < touches.last && touches.first <= wanted) ranges.push_back(touches);
    }
    std::uint64_t state = wanted;
    for (bool is_new = true; is_new;) {
      is_new = false;
      for (const Touches& range : ranges) {
        if (range.first > state || range.last <= state) continue;
        state = range.first - 1;
        is_new = true;
      }
    }
    return state;
  }

  std::optional<FollowedChanges> result(std::uint64_t state) const {
    FollowedChanges result(original_.dimension());
    const auto end = std::ranges::upper_bound(events_, state, {}, &ItemEvent::change);
    result.events.assign(events_.begin(), end);
    for (const auto& [id, item] : items_) {
      if (touches_.at(id).first > state) continue;
      if (!added_.contains(id)) {
        result.updated.push_back(item.record);
      } else if (item.embedding) {
        append_item(original_, result.added, item.record, *item.embedding, item.thumbnail,
                    limits_.with_images);
      } else {
        throw Error(ErrorCode::kCorruption, "can't copy item " + std::to_string(to_number(id)) +
                                                ": it has no embedding; check the gallery that it "
                                                "is in with 'simdb verify'");
      }
    }
    if (settings_ && touches_.at(kSettings).first <= state) result.settings = settings_;
    result.through = {state, from_.mark};
    if (state == known_.change) {
      result.through.mark = known_.mark;
    } else if (const auto mark = original_.change_mark(state)) {
      result.through.mark = *mark;
    } else {
      return std::nullopt;
    }
    return add_marks(result) ? std::optional(std::move(result)) : std::nullopt;
  }

  bool add_marks(FollowedChanges& result) const {
    if (result.through.mark == from_.mark) return true;
    std::uint64_t before = from_.mark;
    for (std::uint64_t change = from_.change + 1; change <= result.through.change; ++change) {
      const auto mark = original_.change_mark(change);
      if (!mark) return false;
      if (*mark != before) result.marks.push_back({change, *mark});
      before = *mark;
    }
    return before == result.through.mark;
  }

  struct Item {
    ItemRecord record;
    std::optional<Embedding> embedding = std::nullopt;  // of what was added, as the next
    std::vector<std::byte> thumbnail = {};
  };
  static constexpr ItemId kSettings{0};  // no item has it

  const Gallery& original_;
  const ChangePoint from_;
  const PullLimits limits_;
  ChangePoint known_;              // up to it `events_` tell all
  std::vector<ItemEvent> events_;  // since `from_`
  std::map<ItemId, Touches> touches_;
  std::set<ItemId> added_;
  std::set<ItemId> stale_;  // touched since they were read
  std::map<ItemId, Item> items_;
  std::optional<std::map<std::string, std::string>> settings_;
};

}  // namespace

std::optional<FollowedChanges> pull_changes(const Gallery& original, const ChangePoint& from,
                                            const PullLimits& limits) {
  return Pull(original, from, limits).run();
}

std::uint64_t append_item(const Gallery& original, FollowedItems& items, const ItemRecord& record,
                          const Embedding& embedding, std::vector<std::byte> thumbnail,
                          bool with_images) {
  items.records.push_back(record);
  items.embeddings.append(embedding);
  items.thumbnails.push_back(std::move(thumbnail));
  if (!with_images || items.images.contains(record.info.digest)) return 0;
  std::vector<std::byte> image = original.image(record.info.digest);
  const std::uint64_t bytes = image.size();
  if (bytes > 0) items.images.emplace(record.info.digest, std::move(image));
  return bytes;
}

}  // namespace simdb
