#include "cli/database_path.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <string>

#include "cli/render.h"
#include "core/file_io.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::cli {
namespace {

constexpr const char* kDefaultName = ".simdb";

std::optional<std::string> db_of(const ArgumentParser& args) {
  if (!args.has("db")) return std::nullopt;
  return args.get<std::string>("db");
}

std::optional<DatabasePlace> explicit_place(const std::optional<std::string>& db) {
  if (db) {
    if (db->empty()) throw Error(ErrorCode::kUsage, "--db needs a folder or an address");
    return DatabasePlace(*db);
  }
  if (const char* variable = std::getenv("SIMDB_DB"); variable != nullptr && *variable != '\0') {
    return DatabasePlace(variable);
  }
  return std::nullopt;
}

}  // namespace

DatabasePlace find_database(const ArgumentParser& args) { return find_database(db_of(args)); }

DatabasePlace find_database(const std::optional<std::string>& db) {
  if (!db && std::getenv("SIMDB_SERVER") != nullptr) {
    throw Error(ErrorCode::kUsage,
                "$SIMDB_SERVER names a server, and this works on the files of a database; name "
                "them with --db DIR");
  }
  if (const auto place = explicit_place(db)) {
    // PostgreSQL says so when it is opened, which is a connection less.
    if (place->is_folder() && !place->exists()) {
      throw Error(ErrorCode::kNotFound,
                  "there is no database in " + place->name() + "; 'simdb init' creates one");
    }
    return *place;
  }
  std::filesystem::path folder = absolute_path(".").lexically_normal();
  while (true) {
    if (Database::exists(folder / kDefaultName))
      return DatabasePlace((folder / kDefaultName).string());
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  throw Error(
      ErrorCode::kNotFound,
      "no .simdb in this folder or a parent; name the database with --db DIR or create one with "
      "'simdb init'");
}

DatabasePlace new_database_place(const ArgumentParser& args) {
  return explicit_place(db_of(args)).value_or(DatabasePlace(kDefaultName));
}

Database open_database(const ArgumentParser& args, OpenMode mode) {
  return find_database(args).open({.mode = mode, .encoder_loader = load_onnx_encoder});
}

Database open_to_write(const ArgumentParser& args, Console& console) {
  const DatabasePlace place = find_database(args);
  return place.open(
      {.encoder_loader = load_onnx_encoder, .upgraded = upgrade_note(place, console)});
}

std::function<void(std::uint64_t)> upgrade_note(const DatabasePlace& place, Console& console) {
  return [name = place.name(), &console](std::uint64_t from) {
    console.err << "simdb: " << printable(name) << " had format " << from
                << " and has that of this simdb now; older versions "
                   "of simdb can't open it any more\n";
  };
}

void require_class(const Database& database, const std::string& name) {
  if (database.gallery().class_size(name) == 0) fail_unknown_class(name);
}

void fail_unknown_class(const std::string& name) {
  throw Error(ErrorCode::kNotFound,
              "there is no class '" + printable(name) + "'; 'simdb classes' lists them");
}

}  // namespace simdb::cli
