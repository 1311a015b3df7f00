#pragma once

#include <cstdint>

#include "encoder/image/image_header.h"

namespace simdb {

/// What reading an image takes at most, whatever its pixels are.
struct DecodeCost {
  std::uint64_t memory_bytes;  ///< at the peak, from the file to the network's input
  double seconds;              ///< of one core of the machine of docs/decisions/0013; 0 for PNG
};

/// An upper bound from the header alone. PNG has none in time: a few bytes can take long, so its
/// decoder watches the clock. Thread-safe.
DecodeCost estimate_decode_cost(const ImageHeader& header, std::uint64_t file_bytes);

}  // namespace simdb
