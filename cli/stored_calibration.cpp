#include "cli/stored_calibration.h"

#include <memory>
#include <mutex>
#include <optional>
#include <ostream>

#include "core/printable.h"
#include "encoder/model/onnx_model.h"
#include "encoder/model/trained_on.h"
#include "simdb/error.h"

namespace simdb::cli {

Calibration::TrainedOn trained_on(const Database& database) {
  if (!database.gallery().space().empty()) return {};
  struct Known {
    std::once_flag is_read;
    std::optional<TrainedOnImages> images;
  };
  return [&database, known = std::make_shared<Known>()](const Sha256& digest) {
    std::call_once(known->is_read, [&] {
      known->images.emplace(
          read_pinned_header(database.encoder_model(), "the database's encoder").notes);
    });
    return known->images->contains(digest);
  };
}

std::optional<Calibration> stored_calibration(const std::filesystem::path& folder,
                                              const Database& database, Console& console) {
  try {
    auto calibration = Calibration::load(folder, database.gallery());
    if (calibration) calibration->refresh(database.gallery(), trained_on(database));
    return calibration;
  } catch (const Error& error) {
    console.err << "simdb: uncalibrated: " << printable(error.what()) << '\n';
    return std::nullopt;
  }
}

void keep_calibration(const std::filesystem::path& folder, const Database& database,
                      Console& console) {
  try {
    auto calibration = Calibration::load(folder, database.gallery());
    if (calibration && calibration->refresh(database.gallery(), trained_on(database)))
      calibration->save(folder);
  } catch (const Error& error) {
    console.err << "simdb: the calibration was not brought up to date: " << printable(error.what())
                << '\n';
  }
}

}  // namespace simdb::cli
