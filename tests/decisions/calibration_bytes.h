#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "decisions/calibration_file.h"
#include "simdb/calibration.h"
#include "tests/support/plain_gallery.h"

namespace simdb::test {

/// All that a calibration is, as its file says it.
inline std::vector<std::byte> bytes_of(const Calibration& calibration) {
  PlainGallery gallery(16);
  calibration.save(gallery);
  return gallery.sidecar(kCalibrationFile).value();
}

/// Its insides.
inline std::shared_ptr<const CalibrationState> state_of(const Calibration& calibration,
                                                        const Gallery& gallery) {
  return std::make_shared<const CalibrationState>(parse_calibration(
      bytes_of(calibration), "file", gallery.encoder_fingerprint(), gallery.dimension()));
}

}  // namespace simdb::test
