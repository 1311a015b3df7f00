#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/render.h"
#include "core/error.h"

namespace simdb::cli {

int run_verify(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "verify",
      "Reads every byte of the database, checks all checksums, compares the index with the store "
      "and\n"
      "names what is damaged. Changes nothing. Exit code 5 if anything is wrong.");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const VerifyReport report = open_database(parser, OpenMode::kReadOnly).verify();
  if (parser.flag("json")) {
    print_json(console.out, {{"items", report.items},
                             {"sound", report.problems.empty()},
                             {"problems", report.problems}});
  } else if (report.problems.empty()) {
    console.out << "sound: " << count_of(report.items, "item", "items")
                << ", every checksum holds, index and store agree\n";
  } else {
    for (const std::string& problem : report.problems) console.out << printable(problem) << '\n';
  }
  if (report.problems.empty()) return 0;
  console.err << "simdb: " << count_of(report.problems.size(), "problem", "problems") << " found\n";
  return static_cast<int>(ErrorCode::kCorruption);
}

}  // namespace simdb::cli
