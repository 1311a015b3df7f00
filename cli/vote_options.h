#pragma once

#include "cli/args.h"
#include "simdb/database.h"

namespace simdb::cli {

/// -k: how many neighbours vote.
void add_vote_options(ArgumentParser& parser);
/// Throws Error(kUsage) if -k is 0.
void require_vote_options(const ArgumentParser& parser);
/// `options` with k and rule as the database keeps them and the command line wants them.
QueryOptions with_vote_options(const ArgumentParser& parser, const Database& database,
                               QueryOptions options = {});

}  // namespace simdb::cli
