#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/render.h"
#include "simdb/calibration.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "simdb/onnx_encoder.h"
#include "simdb/repair.h"

namespace simdb::cli {
namespace {

// What only the command line can check: it has the decoder and runs the encoder.
void check_deeply(const Database& database, std::vector<std::string>& problems) {
  const auto attempt = [&](const auto& check) {
    try {
      check();
    } catch (const Error& error) {
      problems.emplace_back(error.what());
    }
  };
  if (database.gallery().space().empty()) attempt([&] { database.encoder(); });
  for (std::string& problem : database.verify_searches()) problems.push_back(std::move(problem));
  attempt([&] {
    database.gallery().for_each_item([&](const ItemRecord& record) {
      attempt([&] {
        const std::vector<std::byte> thumbnail = database.gallery().thumbnail(record.id);
        if (thumbnail.empty()) return;
        decode_image(thumbnail, "the thumbnail of item " + std::to_string(to_number(record.id)));
      });
      return true;
    });
  });
}

// The file beside the store: queries do without where it is damaged. One that a newer simdb wrote,
// or that belongs to another encoder, is not.
void check_calibration(const std::filesystem::path& folder, const Database& database,
                       std::vector<std::string>& problems) {
  try {
    Calibration::load(folder, database.gallery());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBadInput) problems.emplace_back(error.what());
  }
}

void print_lines(std::ostream& out, const std::string& what,
                 const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out << what << printable(line) << '\n';
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
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  const bool repair = parser.flag("repair");
  RepairReport report;
  if (repair) report = repair_database(find_database(parser));
  if (!repair || parser.flag("deep")) {
    const Database database = open_database(parser, OpenMode::kReadOnly);
    if (!repair) {
      VerifyReport verified = database.verify();
      report.items = verified.items;
      report.problems = std::move(verified.problems);
      check_calibration(find_database(parser), database, report.problems);
    }
    if (parser.flag("deep")) check_deeply(database, report.problems);
  }

  const bool sound = report.problems.empty();
  if (parser.flag("json")) {
    nlohmann::ordered_json json = {
        {"items", report.items}, {"sound", sound}, {"problems", report.problems}};
    if (repair) {
      json["repaired"] = report.repaired;
      json["lost"] = report.lost;
    }
    print_json(console.out, json);
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
