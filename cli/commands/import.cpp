#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <sstream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/input_file.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/remote/remote.h"
#include "cli/render.h"
#include "cli/stored_calibration.h"
#include "pipeline/formats/import_lines.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

// As many are in memory twice: those that are read while others are stored.
constexpr std::size_t kItemsPerCommit = 8192;

struct ImportState {
  std::uint64_t added = 0;
  std::uint64_t existing = 0;
  std::optional<std::uint64_t> all;  // items; of a stream nobody knows
  bool all_known = true;             // what is in is told by digest or key if it comes again

  void note(const ImportedItems& batch) {
    for (const NewItem& item : batch.items) {
      all_known = all_known && (item.info.digest != Sha256{} || !item.info.key.empty());
    }
  }
  std::uint64_t done() const { return added + existing; }
  // What became of an import that ends before all is in, and how to go on.
  std::string so_far() const {
    if (done() == 0) return "nothing was imported";
    const std::string safe =
        all ? fmt::format("{} of {} are in and safe; ", done(), count_of(*all, "item", "items"))
            : fmt::format("{} are in and safe; ", count_of(done(), "item", "items"));
    if (all_known) return safe + "import the same again for the rest";
    const std::string rest =
        all ? fmt::format("the last {}", *all - done()) : fmt::format("all after those {}", done());
    return safe + "for the rest import the first line and " + rest +
           ": items without \"sha256\" and \"key\" would be added again";
  }
};

ImportTarget target_of(const Gallery& gallery) {
  return {gallery.encoder_fingerprint(), gallery.dimension(), gallery.space()};
}

// Reads all, so that a bad line stops the import before it has begun.
std::uint64_t count_items(std::ifstream& file, const std::string& path,
                          const ImportTarget& target) {
  ImportReader reader(file, path, target, InterruptGuard::check);
  std::uint64_t count = 0;
  for (;;) {
    const std::size_t more = reader.next(kItemsPerCommit).items.size();
    count += more;
    if (more == 0) break;
  }
  file.clear();
  file.seekg(0);
  return count;
}

void import_items(ImportReader& reader, Gallery& gallery, ProgressBar& bar, ImportState& state) {
  // Where the system gives no threads it is read when it is wanted.
  const auto read = [&] {
    return std::async(std::launch::async | std::launch::deferred,
                      [&] { return reader.next(kItemsPerCommit); });
  };
  for (auto next = read();;) {
    const ImportedItems batch = next.get();
    if (batch.items.empty()) return;
    next = read();
    for (const AddedItem& item : gallery.add(batch.items, batch.embeddings)) {
      ++(item.is_new ? state.added : state.existing);
    }
    state.note(batch);
    bar.update(state.done());
    InterruptGuard::check();
  }
}

// Sends lines as they are, as many at once as a server takes; read here first, so that one that is
// bad is told as it is without a server.
void import_remote(std::istream& in, const std::string& name, const ImportTarget& target,
                   Remote& remote, ProgressBar& bar, ImportState& state) {
  constexpr std::size_t kEnoughBytes = 32UL << 20;
  std::string head;
  std::string line;
  for (bool goes_on = true; goes_on;) {
    std::string lines = head;
    for (std::size_t count = 0; count < kItemsPerCommit && lines.size() < kEnoughBytes;) {
      InterruptGuard::check();
      goes_on = static_cast<bool>(std::getline(in, line));
      if (!goes_on) break;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      lines.append(line).append("\n");
      if (head.empty()) {
        head = lines;
      } else {
        ++count;
      }
    }
    if (in.bad()) throw Error(ErrorCode::kIo, "can't read " + printable(name));
    std::istringstream checked(lines);
    ImportReader reader(checked, name + ", after " + count_of(state.done(), "item", "items"),
                        target);
    const ImportedItems batch = reader.next(kItemsPerCommit);
    if (batch.items.empty()) return;
    const std::string answer = remote.http().ask({.method = "POST",
                                                  .target = "/v1/items/import",
                                                  .content_type = "application/x-ndjson",
                                                  .body = lines,
                                                  .is_repeatable = state.all_known});
    state.added += count_in(answer, "imported");
    state.existing += count_in(answer, "existing");
    state.note(batch);
    bar.update(state.done());
  }
}

// Opens the file and hands it on, with the name that messages call it.
template <typename Import>
void import_file(const std::string& path, const ImportTarget& target, Console& console,
                 ImportState& state, const Import& import_from) {
  const auto import_all = [&](std::istream& in, const std::string& name) {
    ProgressBar bar(console, "importing", state.all.value_or(0));
    import_from(in, name, bar);
  };
  if (path == "-") {
    import_all(console.in, "standard input");
    return;
  }
  std::ifstream file = open_to_read(path);
  if (std::filesystem::is_regular_file(path)) state.all = count_items(file, path, target);
  import_all(file, path);
}

void import_into_server(const std::string& path, Remote& remote, Console& console,
                        ImportState& state) {
  const auto stats = parse_answer(remote.get(Remote::Target("/v1/stats")));
  const ImportTarget target{stats.at("encoder").get<std::string>(),
                            stats.at("dimension").get<std::size_t>(),
                            stats.value("space", std::string())};
  import_file(path, target, console, state,
              [&](std::istream& in, const std::string& name, ProgressBar& bar) {
                import_remote(in, name, target, remote, bar, state);
              });
}

void import_into_database(const std::string& path, Console& console, Database& database,
                          ImportState& state) {
  Gallery& gallery = database.gallery();
  const ImportTarget target = target_of(gallery);
  import_file(path, target, console, state,
              [&](std::istream& in, const std::string& name, ProgressBar& bar) {
                ImportReader reader(in, name, target, InterruptGuard::check);
                import_items(reader, gallery, bar, state);
              });
  keep_calibration(database, console);
}

}  // namespace

int run_import(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "import FILE.jsonl",
      "Adds the items of a file that 'simdb export' wrote (- for stdin). The vectors must come "
      "from the\ndatabase's own encoder or be of its space. A file is read twice: a bad line in it "
      "is named and "
      "nothing is imported. What\ncomes through a pipe is imported up to a bad line. Cut short, it "
      "says how far it got; the same\ncommand again goes on.");
  parser.with_server().with_json();
  if (!parser.parse(args, console, 1, 1)) return 0;
  auto remote = Remote::of(parser);
  std::optional<Database> database;
  if (!remote) database = open_to_write(parser, console);
  const InterruptGuard interrupt;
  ImportState state;
  const std::string& path = parser.positional()[0];
  try {
    if (remote) {
      import_into_server(path, *remote, console, state);
    } else {
      import_into_database(path, console, *database, state);
    }
  } catch (const Interrupted&) {
    console.err << "simdb: " << state.so_far() << '\n';
    throw;
  } catch (const Error& e) {
    throw Error(e.code(), e.what() + ("; " + state.so_far()));
  }
  if (parser.flag("json")) {
    print_json(console.out, {{"imported", state.added}, {"existing", state.existing}});
  } else {
    console.out << "imported " << count_of(state.added, "item", "items");
    if (state.existing > 0) console.out << ", " << state.existing << " were there already";
    console.out << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
