#pragma once

#include <optional>

#include "cli/args.h"
#include "client/http_client.h"

namespace simdb::cli {

/// The server that --server or, without --db, $SIMDB_SERVER names, with the token in the file that
/// --token-file or $SIMDB_TOKEN_FILE names; nothing: the database is a folder. Throws Error(kUsage)
/// for both --db and --server, or what is no address; as read_file for the token. Its waits
/// end as InterruptGuard::check().
std::optional<client::Server> find_server(const ArgumentParser& args);

/// Throws Error(kUsage) if the option is given: it does not go with a server, because `why`.
void refuse_option(const ArgumentParser& args, const char* option, const char* why);

}  // namespace simdb::cli
