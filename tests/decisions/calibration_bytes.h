#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "core/file_io.h"
#include "database/layout.h"
#include "decisions/calibration_file.h"
#include "simdb/calibration.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {

/// All that a calibration is, as its file says it.
inline std::vector<std::byte> bytes_of(const Calibration& calibration) {
  const TemporaryFolder folder;
  calibration.save(folder.path());
  return read_file(calibration_path(folder.path()), std::numeric_limits<std::uint64_t>::max());
}

/// Its insides.
inline std::shared_ptr<const CalibrationState> state_of(const Calibration& calibration,
                                                        const Gallery& gallery) {
  return std::make_shared<const CalibrationState>(parse_calibration(
      bytes_of(calibration), "file", gallery.encoder_fingerprint(), gallery.dimension()));
}

}  // namespace simdb::test
