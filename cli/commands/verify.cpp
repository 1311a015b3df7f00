#include <boost/program_options/value_semantic.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/remote/find_server.h"
#include "cli/remote/run_job.h"
#include "cli/render.h"
#include "pipeline/verification.h"
#include "simdb/error.h"
#include "simdb/repair.h"

namespace simdb::cli {
namespace {

void print_lines(std::ostream& out, const std::string& what,
                 const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out << what << printable(line) << '\n';
}

// As a server's job found it.
RepairReport verify_by_server(Remote& remote, bool deep) {
  const Remote::Json found = run_job(remote, {{"kind", "verify"}, {"deep", deep}});
  RepairReport report;
  report.items = found.at("items").get<std::uint64_t>();
  report.problems = found.at("problems").get<std::vector<std::string>>();
  return report;
}

RepairReport verify_here(const ArgumentParser& parser) {
  const bool repair = parser.flag("repair");
  RepairReport report;
  if (repair)
    report = repair_database(find_database(parser).folder(
        "repair", "PostgreSQL keeps its own files sound; restore it from a dump"));
  if (repair && !parser.flag("deep")) return report;
  const Database database = open_database(parser, OpenMode::kReadOnly);
  if (!repair) {
    VerifyReport verified = verify(database);
    report.items = verified.items;
    report.problems = std::move(verified.problems);
  }
  if (parser.flag("deep")) {
    for (std::string& problem : verify_deeply(database)) {
      report.problems.push_back(std::move(problem));
    }
  }
  return report;
}

}  // namespace

int run_verify(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "verify",
      "Reads every byte of the database, checks all checksums, compares the index with the store\n"
      "bit for bit and names what is damaged. Changes nothing without --repair. Exit code 5 if\n"
      "anything is wrong or lost.");
  parser.options().add_options()("repair",
                                 "rebuild what can be derived (a damaged log up to the damage,\n"
                                 "lists, counters, the index) and say exactly what is lost");
  parser.options().add_options()("deep",
                                 "also load the encoder, decode all thumbnails, and compare\n"
                                 "searches with a linear scan");
  parser.with_server().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const bool repair = parser.flag("repair");
  auto remote = Remote::of(parser);
  if (remote) refuse_option(parser, "repair", "stop the server and repair the folder");
  const RepairReport report =
      remote ? verify_by_server(*remote, parser.flag("deep")) : verify_here(parser);
  const bool sound = report.problems.empty();
  if (parser.flag("json")) {
    console.out << verification_json(report, repair) << '\n';
  } else {
    print_lines(console.out, "repaired: ", report.repaired);
    print_lines(console.out, "lost: ", report.lost);
    print_lines(console.out, "", report.problems);
    if (sound) {
      console.out << "sound: " << count_of(report.items, "item", "items")
                  << ", all checksums match, index and store agree\n";
    }
  }
  if (!sound) {
    console.err << "simdb: " << count_of(report.problems.size(), "problem", "problems")
                << " found\n";
  }
  return sound && report.lost.empty() ? 0 : static_cast<int>(ErrorCode::kCorruption);
}

}  // namespace simdb::cli
