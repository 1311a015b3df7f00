#include "tests/index/snapshot_version.h"

#include <cstring>

#include "index/snapshot_internal.h"

namespace simdb::test {

std::string as_version(std::string snapshot, unsigned version) {
  SnapshotHeader header;
  std::memcpy(&header, snapshot.data(), sizeof header);
  header.version = version;
  header.header_checksum = header_checksum_of(header);
  std::memcpy(snapshot.data(), &header, sizeof header);
  return snapshot;
}

}  // namespace simdb::test
