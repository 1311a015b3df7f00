#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <chrono>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/item_options.h"
#include "cli/output_wait.h"
#include "pipeline/formats/item_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kEventsAtOnce = 10'000;
constexpr std::size_t kItemsAtOnce = 256;
// A signal that comes just before a wait begins is seen after this time.
constexpr milliseconds kMostWait{500};

bool passes(const ItemInfo& info, const SearchFilter& filter) {
  const auto& names = filter.class_names;
  return (names.empty() || std::find(names.begin(), names.end(), info.class_name) != names.end()) &&
         simdb::passes(info.metadata, filter.where);
}

// Tells what changed in a gallery, in JSON lines.
class Watch {
 public:
  Watch(const Gallery& gallery, SearchFilter filter, std::uint64_t since, std::ostream& out)
      : gallery_(gallery), filter_(std::move(filter)), at_(since), out_(out) {
    const auto mark = gallery.change_mark(at_);
    if (!mark) fail();
    mark_ = *mark;
  }

  // The line that says that everything up to here was told.
  bool say_where() {
    lines_ += fmt::format("{{\"change\":{},\"end\":true}}\n", at_);
    return send();
  }

  // Tells all changes up to the state that the gallery sees now; false if that has to stop.
  bool catch_up() {
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
        at_ = events.front().change;
        if (tell_change(events.first(size))) {
          if (!say_where()) return false;
          told = at_;
        } else if (must_stop()) {
          return false;
        }
        events = events.subspan(size);
      }
      at_ = history->through;
    }
    mark_ = gallery_.change_mark(at_).value_or(mark_);
    return told == at_ || say_where();
  }

 private:
  // Returns whether there was something to tell.
  bool tell_change(std::span<const ItemEvent> events) {
    bool told = false;
    const auto tell = [&](const ItemEvent& event, const char* what, const ItemRecord* record) {
      lines_ += fmt::format(R"({{"change":{},"op":"{}","id":{})", event.change, what,
                            to_number(event.id));
      if (record != nullptr) {
        lines_ += ",\"item\":";
        append_json_line(lines_, *record);
        lines_.pop_back();
      }
      lines_ += "}\n";
      told = true;
    };
    while (!events.empty() && !must_stop()) {
      const auto some = events.first(std::min(events.size(), kItemsAtOnce));
      std::vector<ItemId> ids;
      for (const ItemEvent& event : some) ids.push_back(event.id);
      const auto records = gallery_.get_many(ids);
      for (std::size_t i = 0; i < some.size(); ++i) {
        const auto& record = records[i];
        const ChangeKind kind = some[i].kind;
        const bool is_told = record && passes(record->info, filter_);
        // What does not pass may have passed before.
        if (kind == ChangeKind::kRemoved || (kind == ChangeKind::kUpdated && record && !is_told)) {
          tell(some[i], "remove", nullptr);
        } else if (is_told) {
          tell(some[i], kind == ChangeKind::kAdded ? "add" : "update", &*record);
        }
      }
      if (!send()) break;
      events = events.subspan(some.size());
    }
    return told;
  }

  bool must_stop() const { return InterruptGuard::requested() || is_over_ || !out_; }

  // Piece by piece: a reader that does not read must not hold up the answer to a signal.
  bool send() {
    const std::string text = std::exchange(lines_, {});
    for (std::string_view rest = text; !rest.empty();) {
      if (must_stop()) return false;
      const OutputState state = wait_for_output(kMostWait);
      is_over_ = state == OutputState::kGone;
      if (state != OutputState::kReady) continue;
      out_ << rest.substr(0, kOutputPiece) << std::flush;
      rest.remove_prefix(std::min(rest.size(), kOutputPiece));
    }
    return !must_stop();
  }

  [[noreturn]] void fail() const {
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

  const Gallery& gallery_;
  const SearchFilter filter_;
  std::uint64_t at_;
  std::uint64_t mark_ = 0;
  std::ostream& out_;
  std::string lines_;     // not yet sent
  bool is_over_ = false;  // nobody reads any more
};

// Returns whether to go on.
bool pause(milliseconds time) {
  const auto end = Clock::now() + time;
  while (!InterruptGuard::requested()) {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    if (left <= milliseconds(0)) return true;
    if (output_goes_within(std::min(left, kMostWait))) return false;
  }
  return false;
}

void refresh(Database& database) {
  try {
    database.refresh();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBusy) throw;  // the files change all the time; later then
  }
}

}  // namespace

int run_watch(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "watch [--since N]",
      "Follows the database: JSON lines that say what every change added, updated and removed, "
      "until a\nsignal. {\"change\":N,\"end\":true} says that all up to change N was told: go on "
      "with "
      "--since N after an\ninterruption. Without --since the first line is such a one, and what "
      "comes later follows.");
  parser.options().add_options()("since", po::value<std::uint64_t>()->value_name("N"),
                                 "begin with what came after change N");
  add_filter_options(parser);
  parser.options().add_options()("once", "end when all is told");
  parser.options().add_options()("every",
                                 po::value<std::uint32_t>()->default_value(250)->value_name("MS"),
                                 "look for changes this often, in milliseconds");
  parser.with_database();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const milliseconds every{parser.get<std::uint32_t>("every")};
  if (every.count() == 0) throw Error(ErrorCode::kUsage, "--every 0: at least 1");
  SearchFilter filter = filter_of(parser);

  const InterruptGuard interrupt;
  Database database = open_database(parser, OpenMode::kReadOnly);
  const bool from_now = !parser.has("since");
  Watch watch(database.gallery(), std::move(filter),
              from_now ? database.gallery().changes() : parser.get<std::uint64_t>("since"),
              console.out);
  if (from_now && !watch.say_where()) return 0;
  while (watch.catch_up() && !parser.flag("once") && pause(every)) refresh(database);
  return 0;
}

}  // namespace simdb::cli
