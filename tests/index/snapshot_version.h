#pragma once

#include <string>

namespace simdb::test {

/// A snapshot's bytes with another format version and a header checksum that holds.
std::string as_version(std::string snapshot, unsigned version);

}  // namespace simdb::test
