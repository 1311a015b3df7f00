#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace simdb {

/// What repair_database did and found, in words for a person.
struct RepairReport {
  std::uint64_t items = 0;
  std::vector<std::string> repaired;  ///< rebuilt from what is sound
  std::vector<std::string> lost;      ///< gone: what was acknowledged and is not there any more
  std::vector<std::string> problems;  ///< what verify still finds
};

/// Makes a damaged database usable again as far as that can be derived: the store (see
/// Store::repair), then the saved index, which also tells which items are lost. Never makes up an
/// item, an embedding or an encoder; does nothing to a sound database. Needs the database for
/// itself. Throws Error(kNotFound) if there is none, Error(kBusy) if another process writes,
/// Error(kCorruption) if the store can't be opened even so, Error(kBadInput) if a newer simdb wrote
/// it, Error(kIo) if the system refuses.
RepairReport repair_database(const std::filesystem::path& folder);

}  // namespace simdb
