#include "pipeline/change_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "pipeline/formats/item_json.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kEventsAtOnce = 10'000;
constexpr std::size_t kItemsAtOnce = 256;

bool passes(const ItemInfo& info, const SearchFilter& filter) {
  const auto& names = filter.class_names;
  return (names.empty() || std::find(names.begin(), names.end(), info.class_name) != names.end()) &&
         simdb::passes(info.metadata, filter.where);
}

void append_event(std::string& lines, const ItemEvent& event, const char* what,
                  const ItemRecord* record) {
  lines +=
      fmt::format(R"({{"change":{},"op":"{}","id":{})", event.change, what, to_number(event.id));
  if (record != nullptr) {
    lines += ",\"item\":";
    append_json_line(lines, *record);
    lines.pop_back();
  }
  lines += "}\n";
}

}  // namespace

ChangeLines::ChangeLines(const Gallery& gallery, SearchFilter filter, std::uint64_t since)
    : gallery_(gallery), filter_(std::move(filter)), at_(since) {
  const auto mark = gallery.change_mark(at_);
  if (!mark) fail();
  mark_ = *mark;
}

std::string ChangeLines::end_line() const {
  return fmt::format("{{\"change\":{},\"end\":true}}\n", at_);
}

bool ChangeLines::tell(const Sink& sink, std::size_t most_events) {
  // Else numbers mean other changes.
  if (gallery_.change_mark(at_) != mark_) fail();
  std::uint64_t told = at_;
  while (at_ != gallery_.changes()) {
    const auto history = gallery_.changes_since(at_, kEventsAtOnce);
    if (!history) fail();
    std::span<const ItemEvent> events = history->events;
    while (!events.empty()) {
      const auto next = std::find_if(events.begin(), events.end(), [&](const ItemEvent& event) {
        return event.change != events.front().change;
      });
      const auto size = static_cast<std::size_t>(next - events.begin());
      if (size > most_events) {
        throw Error(ErrorCode::kBadInput,
                    fmt::format("change {} is of {} items, more than are told at once; list all "
                                "items instead and go on after it",
                                events.front().change, size));
      }
      at_ = events.front().change;
      bool has_lines = false;
      if (!tell_change(events.first(size), sink, has_lines)) return false;
      if (has_lines) {
        told = at_;
        if (!sink(end_line(), true)) return false;
      }
      events = events.subspan(size);
    }
    at_ = history->through;
  }
  mark_ = gallery_.change_mark(at_).value_or(mark_);
  return told == at_ || sink(end_line(), true);
}

// False: the sink had enough.
bool ChangeLines::tell_change(std::span<const ItemEvent> events, const Sink& sink,
                              bool& has_lines) {
  while (!events.empty()) {
    const auto some = events.first(std::min(events.size(), kItemsAtOnce));
    std::vector<ItemId> ids;
    for (const ItemEvent& event : some) ids.push_back(event.id);
    const auto records = gallery_.get_many(ids);
    std::string lines;
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto& record = records[i];
      const ChangeKind kind = some[i].kind;
      const bool is_told = record && passes(record->info, filter_);
      // What does not pass may have passed before.
      if (kind == ChangeKind::kRemoved || (kind == ChangeKind::kUpdated && record && !is_told)) {
        append_event(lines, some[i], "remove", nullptr);
      } else if (is_told) {
        append_event(lines, some[i], kind == ChangeKind::kAdded ? "add" : "update", &*record);
      }
    }
    has_lines = has_lines || !lines.empty();
    if (!sink(lines, false)) return false;
    events = events.subspan(some.size());
  }
  return true;
}

void ChangeLines::fail() const {
  const std::uint64_t changes = gallery_.changes();
  throw Error(
      ErrorCode::kNotFound,
      fmt::format("{}; start again: 'simdb watch' first says a number, then 'simdb ls --json' "
                  "has all items",
                  at_ > changes ? fmt::format("there is no change {}, the last one is {}: this "
                                              "is another database or an older copy",
                                              at_, changes)
                  : gallery_.change_mark(at_)
                      ? fmt::format("change {} is another one now: an older copy of the database "
                                    "was put here",
                                    at_)
                      : fmt::format("what came after change {} is forgotten", at_)));
}

}  // namespace simdb
