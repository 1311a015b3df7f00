#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/args.h"
#include "simdb/database.h"
#include "simdb/database_place.h"

namespace simdb::cli {

/// --db, else $SIMDB_DB, else the nearest .simdb in this folder or a parent. Throws
/// Error(kNotFound) if there is none, Error(kUsage) without --db where $SIMDB_SERVER is set: the
/// command can't ask a server, and another database is not meant.
DatabasePlace find_database(const ArgumentParser& args);
/// The same for the value of --db.
DatabasePlace find_database(const std::optional<std::string>& db);

/// Where `init` makes a database: --db, else $SIMDB_DB, else .simdb in this folder.
DatabasePlace new_database_place(const ArgumentParser& args);

/// Opens the database that find_database finds, ready to load its encoder when one is needed.
Database open_database(const ArgumentParser& args, OpenMode mode);
/// The same for writing. Says on console.err if that made a database of an older format one of the
/// newest, which older versions of simdb can't open.
Database open_to_write(const ArgumentParser& args, Console& console);

/// Says on console.err what open_to_write does: for OpenOptions::upgraded of the database there.
std::function<void(std::uint64_t from)> upgrade_note(const DatabasePlace& place, Console& console);

/// Throws Error(kNotFound) unless an item carries this class name.
void require_class(const Database& database, const std::string& name);
[[noreturn]] void fail_unknown_class(const std::string& name);

}  // namespace simdb::cli
