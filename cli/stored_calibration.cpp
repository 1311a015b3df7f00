#include "cli/stored_calibration.h"

#include <ostream>

#include "cli/render.h"
#include "simdb/error.h"

namespace simdb::cli {

std::optional<Calibration> stored_calibration(const Database& database, Console& console) {
  try {
    return refreshed_calibration(database);
  } catch (const Error& error) {
    console.err << "simdb: uncalibrated: " << printable(error.what()) << '\n';
    return std::nullopt;
  }
}

void keep_calibration(Database& database, Console& console) {
  try {
    auto calibration = Calibration::load(database.gallery());
    if (calibration && calibration->refresh(database.gallery(), trained_on(database)))
      calibration->save(database.gallery());
  } catch (const Error& error) {
    console.err << "simdb: the calibration was not brought up to date: " << printable(error.what())
                << '\n';
  }
}

}  // namespace simdb::cli
