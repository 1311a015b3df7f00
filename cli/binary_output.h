#pragma once

#include <ostream>
#include <string>

#include "simdb/byte_stream.h"

namespace simdb::cli {

/// Writes bytes that are no text to standard output, `out`. Throws Error(kUsage) at once, naming
/// `what` and how to redirect `command`, if that is a terminal; the sink throws Error(kIo) if the
/// disk or pipe refuses.
ByteSink binary_output(std::ostream& out, const std::string& what, const std::string& command);

}  // namespace simdb::cli
