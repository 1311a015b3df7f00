#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/input_file.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
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

ImportReader reader_of(std::istream& in, const std::string& name, const Gallery& gallery) {
  return {in,
          name,
          {gallery.encoder_fingerprint(), gallery.dimension(), gallery.space()},
          InterruptGuard::check};
}

// Reads all, so that a bad line stops the import before it has begun.
std::uint64_t count_items(std::ifstream& file, const std::string& path, const Gallery& gallery) {
  ImportReader reader = reader_of(file, path, gallery);
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
    for (const NewItem& item : batch.items) {
      state.all_known = state.all_known && (item.info.digest != Sha256{} || !item.info.key.empty());
    }
    bar.update(state.done());
    InterruptGuard::check();
  }
}

void import_file(const std::string& path, Console& console, Gallery& gallery, ImportState& state) {
  const auto import_from = [&](std::istream& in, const std::string& name) {
    ImportReader reader = reader_of(in, name, gallery);
    ProgressBar bar(console, "importing", state.all.value_or(0));
    import_items(reader, gallery, bar, state);
  };
  if (path == "-") {
    import_from(console.in, "standard input");
    return;
  }
  std::ifstream file = open_to_read(path);
  if (std::filesystem::is_regular_file(path)) state.all = count_items(file, path, gallery);
  import_from(file, path);
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
  parser.with_database().with_json();
  if (!parser.parse(args, console, 1, 1)) return 0;
  Database database = open_to_write(parser, console);
  const InterruptGuard interrupt;
  ImportState state;
  try {
    import_file(parser.positional()[0], console, database.gallery(), state);
    keep_calibration(find_database(parser), database, console);
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
