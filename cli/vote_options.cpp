#include "cli/vote_options.h"

#include <boost/program_options/value_semantic.hpp>

#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;

void add_vote_options(ArgumentParser& parser) {
  parser.options().add_options()("k,k", po::value<std::size_t>()->value_name("N"),
                                 "neighbours that vote (10, or what 'simdb tune' found)");
}

void require_vote_options(const ArgumentParser& parser) {
  if (parser.has("k") && parser.get<std::size_t>("k") == 0) {
    throw Error(ErrorCode::kUsage, "-k must be at least 1");
  }
}

QueryOptions with_vote_options(const ArgumentParser& parser, const Database& database,
                               QueryOptions options) {
  const QueryOptions kept = database.kept_options();
  options.k = parser.has("k") ? parser.get<std::size_t>("k") : kept.k;
  options.rule = kept.rule;
  return options;
}

}  // namespace simdb::cli
