#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/item_options.h"
#include "cli/output_wait.h"
#include "cli/remote/remote.h"
#include "pipeline/change_lines.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A signal that comes just before a wait begins is seen after this time.
constexpr milliseconds kMostWait{500};

// Writes lines until a signal comes or nobody reads them any more.
class LineOutput {
 public:
  explicit LineOutput(std::ostream& out) : out_(out) {}

  bool must_stop() const { return InterruptGuard::requested() || is_over_ || !out_; }

  // Piece by piece: a reader that does not read must not hold up the answer to a signal.
  bool send(std::string_view text) {
    while (!text.empty()) {
      if (must_stop()) return false;
      const OutputState state = wait_for_output(kMostWait);
      is_over_ = state == OutputState::kGone;
      if (state != OutputState::kReady) continue;
      out_ << text.substr(0, kOutputPiece) << std::flush;
      text.remove_prefix(std::min(text.size(), kOutputPiece));
    }
    return !must_stop();
  }

 private:
  std::ostream& out_;
  bool is_over_ = false;
};

// A signal has come, or nobody reads any more.
struct Stopped {};

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

// The number of the change up to which all was told: of the last line.
std::uint64_t end_of(std::string_view lines) {
  lines.remove_suffix(lines.ends_with('\n') ? 1 : 0);
  return count_in(lines.substr(lines.rfind('\n') + 1), "change");
}

// The server says when there is something new, and what it is where that is asked.
int watch_remote(Remote& remote, const ArgumentParser& parser, LineOutput& output) {
  const bool is_once = parser.flag("once");
  const auto ask = [&](std::optional<std::uint64_t> since) {
    Remote::Target target("/v1/changes");
    if (since) target.with("since", *since);
    add_filter(target, parser);
    return remote.get(target) + '\n';
  };
  std::uint64_t at = 0;
  if (parser.has("since")) {
    at = parser.get<std::uint64_t>("since");
  } else {
    const std::string first = ask(std::nullopt);
    at = end_of(first);
    if (!output.send(first)) return 0;
  }
  client::Server server = remote.http().server();
  server.check = [&output] {
    if (output.must_stop() || output_goes_within(milliseconds(0))) throw Stopped();
  };
  client::HttpClient events(server);
  // Whether to go on. Nothing new is told as where we are.
  const auto catch_up = [&] {
    for (;;) {
      const std::string lines = ask(at);
      const std::uint64_t end = end_of(lines);
      if (end == at) return true;
      at = end;
      if (!output.send(lines)) return false;
    }
  };
  try {
    while (catch_up() && !is_once) {
      // Ends when something has come; what is only to show that the server is there has no data.
      const Remote::Target target = Remote::Target("/v1/events").with("since", at);
      const bool has_ended = events.ask({.target = target.text()}, [](std::string_view piece) {
        return piece.find("event: change") == std::string_view::npos;
      });
      if (has_ended) {
        throw Error(ErrorCode::kIo, "the server has ended; go on with --since " +
                                        std::to_string(at) + " when it is there again");
      }
    }
  } catch (const Stopped&) {
    return 0;
  }
  return 0;
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
  parser.with_server();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const milliseconds every{parser.get<std::uint32_t>("every")};
  if (every.count() == 0) throw Error(ErrorCode::kUsage, "--every 0: at least 1");
  SearchFilter filter = filter_of(parser);

  const InterruptGuard interrupt;
  LineOutput output(console.out);
  if (auto remote = Remote::of(parser)) return watch_remote(*remote, parser, output);
  Database database = open_database(parser, OpenMode::kReadOnly);
  const bool from_now = !parser.has("since");
  ChangeLines changes(database.gallery(), std::move(filter),
                      from_now ? database.gallery().changes() : parser.get<std::uint64_t>("since"));
  if (from_now && !output.send(changes.end_line())) return 0;
  const auto catch_up = [&] {
    return changes.tell([&](std::string_view lines, bool) { return output.send(lines); });
  };
  while (catch_up() && !parser.flag("once") && pause(every)) refresh(database);
  return 0;
}

}  // namespace simdb::cli
