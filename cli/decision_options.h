#pragma once

#include <string>

#include "cli/args.h"
#include "cli/console.h"
#include "pipeline/answers.h"

namespace simdb::cli {

/// -k, --class, --where, --alpha, --accept and --within.
void add_decision_options(ArgumentParser& parser);
/// What these say, but for k; see with_vote_options(). Throws Error(kUsage).
QueryOptions decision_options(const ArgumentParser& parser);
/// By p-values, where the database is calibrated and no similarity was asked for. `database` and
/// `options` must outlive it.
Decider make_decider(const ArgumentParser& parser, const Database& database,
                     const QueryOptions& options, Console& console);

}  // namespace simdb::cli
