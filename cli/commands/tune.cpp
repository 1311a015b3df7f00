#include "pipeline/tune.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

nlohmann::ordered_json to_json(const VoteChoice& choice) {
  return {{"k", choice.k},
          {"temperature", choice.rule.temperature},
          {"size_exponent", choice.rule.size_exponent},
          {"accuracy", choice.quality.accuracy},
          {"balanced_accuracy", choice.quality.balanced_accuracy},
          {"brier_score", choice.quality.brier_score},
          {"calibration_error", choice.quality.calibration_error}};
}

std::string line_of(const VoteChoice& choice) {
  return fmt::format("{:>4} {:>12.3g} {:>9.2g} {:>10} {:>10} {:>9.4f} {:>12.4f}", choice.k,
                     choice.rule.temperature, choice.rule.size_exponent,
                     percent(choice.quality.accuracy), percent(choice.quality.balanced_accuracy),
                     choice.quality.brier_score, choice.quality.calibration_error);
}

// The best of each k, and where the present and the chosen way stand.
void print_table(std::ostream& out, const Tuning& tuning) {
  out << fmt::format("{} left out one by one\n\n", count_of(tuning.items, "item", "items"))
      << "   k  temperature  exponent   accuracy   balanced     Brier  calibration\n";
  std::map<std::size_t, VoteChoice> best;
  for (const VoteChoice& choice : tuning.choices) {
    const auto [known, is_new] = best.try_emplace(choice.k, choice);
    if (choice.quality.brier_score < known->second.quality.brier_score) known->second = choice;
  }
  for (const auto& [k, choice] : best) out << line_of(choice) << '\n';
  out << '\n' << line_of(tuning.present) << "   now\n" << line_of(tuning.best) << "   best\n";
}

}  // namespace

int run_tune(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "tune",
      "Which vote suits this database? Asks its items one by one, each left out, with other\n"
      "numbers of neighbours, temperatures and weights of class size, prints what comes of it\n"
      "and keeps the best, by which 'query' and 'eval' go then. For confidences that hold.");
  auto add = parser.options().add_options();
  add("items", po::value<std::size_t>()->default_value(5000)->value_name("N"),
      "items that are asked at most, drawn at random");
  add("dry-run", "only print");
  add("reset", "go back to the defaults");
  parser.with_database().with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  if (parser.flag("reset")) {
    open_to_write(parser, console).keep_options({});
    return 0;
  }
  const InterruptGuard interrupt;
  Tuning tuning;
  const auto tune = [&](const Database& database) {
    tuning = tune_votes(database.gallery(), database.kept_options(),
                        parser.get<std::size_t>("items"), InterruptGuard::check);
  };
  if (parser.flag("dry-run")) {
    tune(open_database(parser, OpenMode::kReadOnly));
  } else {
    Database database = open_to_write(parser, console);
    tune(database);
    database.keep_options({.k = tuning.best.k, .rule = tuning.best.rule});
  }
  if (!parser.flag("json")) {
    print_table(console.out, tuning);
    return 0;
  }
  nlohmann::ordered_json tried = nlohmann::ordered_json::array();
  for (const VoteChoice& choice : tuning.choices) tried.push_back(to_json(choice));
  print_json(console.out, {{"items", tuning.items},
                           {"now", to_json(tuning.present)},
                           {"best", to_json(tuning.best)},
                           {"kept", !parser.flag("dry-run")},
                           {"tried", std::move(tried)}});
  return 0;
}

}  // namespace simdb::cli
