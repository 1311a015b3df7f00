#include "python/open_database.h"

#include <utility>

#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::python {

OpenDatabase::OpenDatabase(DatabasePlace place, Database&& database, bool writes)
    : place_(std::move(place)),
      writes_(writes),
      database_(std::move(database)),
      decisions_(database_),
      seen_(database_.gallery().changes()),
      opened_at_(seen_),
      kept_(database_.kept_options()) {}

OpenDatabase::~OpenDatabase() {
  if (!writes_) return;
  try {
    if (gallery().changes() != opened_at_) static_cast<void>(decisions_.refresh(true));
  } catch (const std::exception&) {
    return;  // the next to open it brings the calibration up to date
  }
}

QueryOptions OpenDatabase::kept_options() const {
  const std::lock_guard lock(mutex_);
  return kept_;
}

void OpenDatabase::require_writes(const char* verb) const {
  if (writes_) return;
  throw Error(ErrorCode::kUsage, std::string("can't ") + verb + ": " + place_.name() +
                                     " was opened with 'r'; open it with 'w'");
}

Database OpenDatabase::view() const {
  return place_.open({.mode = OpenMode::kReadOnly, .encoder_loader = load_onnx_encoder});
}

std::optional<std::string> OpenDatabase::catch_up() {
  const std::uint64_t now = database_.gallery().changes();
  if (now == seen_) return std::nullopt;
  std::optional<std::string> trouble = decisions_.refresh(false);
  QueryOptions kept = database_.kept_options();
  const std::lock_guard lock(mutex_);
  kept_ = std::move(kept);
  seen_ = now;
  return trouble;
}

bool OpenDatabase::refresh(std::optional<std::string>& trouble) {
  const bool has_changed = database_.refresh();
  trouble = decisions_.reload();
  QueryOptions kept = database_.kept_options();
  const std::lock_guard lock(mutex_);
  kept_ = std::move(kept);
  return has_changed;
}

}  // namespace simdb::python
