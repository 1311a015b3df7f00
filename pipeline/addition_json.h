#pragma once

#include <string>

#include "simdb/ingest.h"

namespace simdb {

/// What `add --json` prints of an image, without a line break: class, id (null: it is only tried,
/// or left out), added, updated and, where `duplicate` is not null, duplicate_of. Where `path` is
/// empty it is not told.
std::string addition_json(const std::string& path, const std::string& class_name,
                          const AddedItem& item, const DuplicateImage* duplicate);

}  // namespace simdb
