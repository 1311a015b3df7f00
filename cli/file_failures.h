#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>

#include "simdb/encode_images.h"

namespace simdb::cli {

/// Names each file and its reason on a line of its own, harmless to a terminal.
void print_failures(std::ostream& err, std::span<const ImageFailure> failures);

/// The exit code of a command that met `failures` among `total` images: kIo if the system refused
/// one (a good image may have been left out: no file descriptors, a failing disk), the failure's
/// own code if it was the only image, kBadInput for some of many, 0 for none.
int exit_code(std::span<const ImageFailure> failures, std::size_t total);

}  // namespace simdb::cli
