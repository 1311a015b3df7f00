#include "pipeline/copy_database.h"

#include "simdb/calibration.h"
#include "simdb/error.h"
#ifdef SIMDB_WITH_POSTGRES
#include "postgres/postgres_copy.h"
#endif

namespace simdb {
namespace {

CopyReport copy_into_place(const Gallery& original, const DatabasePlace& to,
                           const CopyOptions& options) {
#ifdef SIMDB_WITH_POSTGRES
  if (!to.is_folder()) {
    PostgresCopy copy(parse_postgres_address(to.text()), original);
    return copy_gallery(original, copy, options);
  }
#endif
  return copy_gallery(original, to.folder("copy into", "build simdb with PostgreSQL"), options);
}

}  // namespace

CopyReport copy_database(const DatabasePlace& from, const DatabasePlace& to,
                         const CopyOptions& options) {
  const Database original = from.open({.mode = OpenMode::kReadOnly});
  const CopyReport report = copy_into_place(original.gallery(), to, options);
  std::optional<Calibration> calibration;
  try {
    calibration = Calibration::load(original.gallery());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kCorruption && error.code() != ErrorCode::kBadInput) throw;
  }
  if (calibration) calibration->save(to.open().gallery());
  return report;
}

}  // namespace simdb
