#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace simdb {

/// Tells how many changes a store has acknowledged, outside of RocksDB, which does not notice when
/// the end of its log or of its MANIFEST is cut off: the records are missing then, without an
/// error; or when the log is another store's. A file of 72 bytes, WITNESS, that is overwritten
/// after each change and not synced. So it costs next to nothing, and after a power loss it may
/// tell too little, but never too much: a store that has seen fewer changes than its witness has
/// lost some.
class Witness {
 public:
  struct Statement {
    std::string store_id;
    std::uint64_t changes = 0;
    std::uint64_t mark = 0;  ///< of the last change; see Store::mark_of
  };
  /// What the file in the folder of a store says; nothing if it is not there or damaged. Throws
  /// nothing: without a witness a store is only less guarded.
  static std::optional<Statement> read(const std::filesystem::path& store);

  /// Opens or makes the file; if the system refuses, note() does nothing.
  Witness(const std::filesystem::path& store, std::string store_id);
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness();

  /// Call after a change was acknowledged by RocksDB.
  void note(std::uint64_t changes, std::uint64_t mark) const noexcept;

 private:
  const std::string store_id_;
  int file_ = -1;
};

}  // namespace simdb
