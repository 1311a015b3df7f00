#include "cli/decision_options.h"

#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <memory>
#include <ostream>

#include "cli/calibration_text.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/stored_calibration.h"
#include "cli/terminal.h"
#include "cli/vote_options.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

float similarity_of(const ArgumentParser& parser, const char* option) {
  const auto value = parser.get<float>(option);
  if (value < -1 || value > 1) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--{} is a similarity, from -1 to 1, not {}", option, value));
  }
  return value;
}

}  // namespace

void add_decision_options(ArgumentParser& parser) {
  add_vote_options(parser);
  add_filter_options(parser);
  parser.options().add_options()("alpha",
                                 po::value<double>()->default_value(0.05, "0.05")->value_name("A"),
                                 "share of known images called unknown, if calibrated");
  parser.options().add_options()(
      "accept", po::value<float>()->value_name("S"),
      "instead: the similarity of the nearest neighbour below which an image is unknown (0.5 where "
      "uncalibrated)");
  parser.options().add_options()("within", po::value<float>()->value_name("S"),
                                 "let all items of at least this similarity vote");
}

QueryOptions decision_options(const ArgumentParser& parser) {
  require_vote_options(parser);
  QueryOptions options;
  if (parser.has("accept")) options.accept_similarity = similarity_of(parser, "accept");
  options.filter = filter_of(parser);
  if (parser.has("within")) options.within = similarity_of(parser, "within");
  return options;
}

Decider make_decider(const ArgumentParser& parser, const Database& database,
                     const QueryOptions& options, Console& console) {
  const double alpha = alpha_of(parser);
  std::shared_ptr<const AnswerSets> sets;
  const bool by_similarity = parser.has("accept");
  if (!by_similarity) {
    const auto calibration = stored_calibration(database, console);
    if (calibration) {
      sets = std::make_shared<const AnswerSets>(*calibration, alpha);
    } else if (!parser.flag("json") && err_can_redraw() &&
               database.gallery().stats().items > 0) {  // for a person
      console.err << "simdb: uncalibrated: an image is unknown below a similarity of "
                  << options.accept_similarity << "; run 'simdb calibrate' for p-values\n";
    }
  }
  return {database, options, std::move(sets), by_similarity};
}

}  // namespace simdb::cli
