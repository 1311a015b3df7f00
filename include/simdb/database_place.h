#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "simdb/database.h"
#include "simdb/vector_space.h"

namespace simdb {

/// Where a database is: in a folder, or in PostgreSQL, where many machines read and change it. A
/// value; thread-safe as such. The functions below throw Error(kUsage) for one in PostgreSQL if
/// simdb was built without it or libpq is missing, and else as Database and the server do.
class DatabasePlace {
 public:
  /// A folder, or
  /// "postgresql://[USER@][HOST][:PORT]/DATABASE[?schema=NAME][&approximate=1]", where the rest is
  /// as libpq takes it. Passwords belong into PGPASSFILE or a service file. `approximate`:
  /// searches by an HNSW index, which may miss some of the nearest; 'simdb reindex' makes it.
  /// `shards=N`, where a database is made: its items lie in N parts on the nodes of a Citus
  /// cluster.
  explicit DatabasePlace(const std::string& text);

  bool is_folder() const noexcept { return is_folder_; }
  /// Throws Error(kUsage) if it is in PostgreSQL: "can't ATTEMPT ...; REMEDY".
  std::filesystem::path folder(const std::string& attempt, const std::string& remedy) const;
  /// As it was given, passwords included.
  const std::string& text() const noexcept { return text_; }
  /// For a person: the same without a password.
  const std::string& name() const noexcept { return name_; }

  /// As Database::exists, create and open.
  bool exists() const;
  Database create(std::span<const std::byte> model, std::size_t dimension,
                  OpenOptions options = {}) const;
  Database create(const VectorSpace& space, OpenOptions options = {}) const;
  Database open(OpenOptions options = {}) const;

  /// Opens a database in PostgreSQL behind a copy in this process: searches cost what they cost in
  /// a folder, Database::refresh() takes over what others have changed. The copy is kept in
  /// `folder` for the next start. Calls `check` often while it is made and lets out what that
  /// throws.
  Database open_copy(
      const std::filesystem::path& folder, OpenOptions options = {},
      const std::function<void()>& check = [] {}) const;
  /// What waits for a change, for a time at most, and returns soon after one: a hint, by which who
  /// calls refresh() sees changes at once. Empty for a folder. Not thread-safe.
  std::function<void(std::chrono::milliseconds)> change_signal() const;

 private:
  std::string text_;
  std::string name_;
  bool is_folder_;
};

}  // namespace simdb
