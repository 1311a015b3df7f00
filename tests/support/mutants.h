#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/images.h"

namespace simdb::test {

/// Small valid images to damage, at least eight of each format.
std::vector<Bytes> mutation_seeds();

/// Mutant `number` of the run `seed`: one of `seeds` with bits flipped, bytes replaced, inserted,
/// deleted or taken from another. Half of the PNGs among them get right checksums again, or no
/// damage would come past those. The same for the same arguments.
Bytes make_mutant(const std::vector<Bytes>& seeds, std::uint64_t seed, std::uint64_t number);

}  // namespace simdb::test
