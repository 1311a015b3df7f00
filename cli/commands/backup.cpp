#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/binary_output.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/output_path.h"
#include "cli/remote/remote.h"
#include "cli/render.h"
#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

namespace fs = std::filesystem;

// Leaves room for what follows it: file systems take 255 bytes.
constexpr std::size_t kMaxNameBytes = 180;

// "parts-20261124T153012Z.simdb-backup" for the database parts, in a folder.
fs::path named_by_time(const fs::path& database) {
  fs::path name = fs::weakly_canonical(database).filename();
  if (name == ".simdb") name = fs::weakly_canonical(database).parent_path().filename();
  std::string text = name.string();
  if (text.size() > kMaxNameBytes) {  // not within a character
    std::size_t end = kMaxNameBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::string time = iso_time(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return text + "-" + time + ".simdb-backup";
}

// The file that is meant by `name`, which may be a folder.
fs::path file_for(const std::string& name, const fs::path& database) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(name, ignored);
  return output_path(is_folder ? (fs::path(name) / named_by_time(database)).string() : name);
}

// No guard against signals: there is nothing to clear away, and a reader that does not read must
// not hold one up.
BackupReport back_up_to_stream(const Database& database, std::ostream& out) {
  BackupReport report = database.back_up(binary_output(out, "a backup", "simdb backup -"));
  out.flush();
  return report;
}

// What a server sends, which says itself whether all of it came.
std::uint64_t receive_backup(Remote& remote, const ByteSink& sink) {
  std::uint64_t bytes = 0;
  const bool is_whole = remote.http().ask({.target = "/v1/backup"}, [&](std::string_view piece) {
    sink(std::as_bytes(std::span(piece)));
    bytes += piece.size();
    return true;
  });
  if (!is_whole) throw Error(ErrorCode::kIo, "the server broke the backup off; try again");
  return bytes;
}

int back_up_server(Remote& remote, const ArgumentParser& parser, Console& console) {
  const std::string& name = parser.positional()[0];
  const auto print = [&](std::ostream& out, const std::string& file, std::uint64_t bytes) {
    if (parser.flag("json")) {
      print_json(out, {{"file", file}, {"bytes", bytes}});
    } else {
      out << fmt::format("wrote {}: {}\n", printable(file), byte_size(bytes));
    }
  };
  if (name == "-") {
    const std::uint64_t bytes =
        receive_backup(remote, binary_output(console.out, "a backup", "simdb backup -"));
    console.out.flush();
    print(console.err, "standard output", bytes);
    return 0;
  }
  const fs::path path = file_for(name, "simdb");
  const InterruptGuard interrupt;
  AtomicFile file(path);
  const std::uint64_t bytes =
      receive_backup(remote, [&](std::span<const std::byte> piece) { file.write(piece); });
  file.commit();
  print(console.out, path.string(), bytes);
  return 0;
}

}  // namespace

int run_backup(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "backup FILE|DIR",
      "Writes the whole database into one file, the encoder included: its state at this moment,\n"
      "while other processes may read and write. An existing file is replaced as a whole. In a\n"
      "folder, the file is named after the database and the time; - is standard output. 'simdb\n"
      "restore' reads it.");
  parser.with_server().with_json();
  if (!parser.parse(args, console, 1, 1)) return 0;
  if (auto remote = Remote::of(parser)) return back_up_server(*remote, parser, console);
  const fs::path database = find_database(parser).folder(
      "back up", "use pg_dump, or 'simdb copy' to make a folder of it");
  const std::string& name = parser.positional()[0];
  const auto print = [&](std::ostream& out, const std::string& file, const BackupReport& report) {
    if (parser.flag("json")) {
      print_json(out, {{"file", file}, {"items", report.items}, {"bytes", report.bytes}});
    } else {
      out << fmt::format("wrote {}: {}, {}\n", printable(file),
                         count_of(report.items, "item", "items"), byte_size(report.bytes));
    }
  };
  if (name == "-") {
    const BackupReport report =
        back_up_to_stream(open_database(parser, OpenMode::kReadOnly), console.out);
    print(console.err, "standard output", report);
    return 0;
  }
  const fs::path file = file_for(name, database);
  const InterruptGuard interrupt;
  print(console.out, file.string(),
        open_database(parser, OpenMode::kReadOnly).back_up(file, InterruptGuard::check));
  return 0;
}

}  // namespace simdb::cli
