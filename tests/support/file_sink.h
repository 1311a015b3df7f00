#pragma once

#include "core/file_io.h"
#include "simdb/byte_stream.h"

namespace simdb::test {

/// Writes into a file that outlives it.
inline ByteSink sink_of(AtomicFile& file) {
  return [&file](std::span<const std::byte> bytes) { file.write(bytes); };
}

}  // namespace simdb::test
