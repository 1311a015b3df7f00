#pragma once

#include <string>

#include "postgres/connection_internal.h"
#include "simdb/gallery.h"

namespace simdb::postgres {

/// "vectors v", joined with "items i" where the filter asks for it, and "WHERE ..." of what passes,
/// to which "AND ..." can be added; its values go to `params`, behind those that are there. Throws
/// Error(kUsage) on a condition with a value that is no number.
std::string from_vectors(const SearchFilter& filter, Params& params);
/// The same of "items i" alone.
std::string from_items(const SearchFilter& filter, Params& params);

}  // namespace simdb::postgres
