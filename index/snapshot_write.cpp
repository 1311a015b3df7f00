#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "index/checksum.h"
#include "index/snapshot_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

template <typename T>
void put(std::vector<std::byte>& tables, const T* values, std::size_t count) {
  const auto bytes = std::as_bytes(std::span(values, count));
  tables.insert(tables.end(), bytes.begin(), bytes.end());
}

std::vector<std::byte> tables_of(const IndexState& state) {
  std::vector<std::byte> tables;
  for (std::size_t p = 0; p < state.partitions.size(); ++p) {
    const Partition& partition = state.partition(p);  // sound, or the new checksum would hide it
    const Partition::Shape& shape = partition.shape();
    const SnapshotEntry entry{shape.first_id, checksum_of(partition.bytes()),
                              shape.rows,     shape.sorted,
                              shape.id_bytes, partition.radius()};
    put(tables, &entry, 1);
  }
  for (std::size_t p = 0; p < state.centroids.size(); ++p) {
    const std::vector<float> centroid = state.centroids.centroid(p);
    put(tables, centroid.data(), centroid.size());
  }
  return tables;
}

}  // namespace

void VectorIndex::save(const std::filesystem::path& path, const SnapshotOrigin& origin) const {
  AtomicFile file(path);
  write(file, origin);
  file.commit();
}

std::uint64_t header_checksum_of(const SnapshotHeader& header) noexcept {
  return checksum_of(
      std::as_bytes(std::span(&header, 1)).first(offsetof(SnapshotHeader, header_checksum)));
}

void write_snapshot(AtomicFile& file, const SnapshotOrigin& origin, const IndexState& state,
                    std::size_t dimension, std::uint64_t last_id) {
  SnapshotHeader header{};
  if (origin.store_id.size() != header.store_id.size()) {
    throw Error(ErrorCode::kUsage, "can't write " + file.path().string() + ": '" + origin.store_id +
                                       "' is not the id of a store");
  }
  header.magic = kSnapshotMagic;
  header.byte_order = kSnapshotByteOrder;
  header.version = kSnapshotVersion;
  std::copy(origin.store_id.begin(), origin.store_id.end(), header.store_id.begin());
  header.change = origin.change;
  header.mark = origin.mark;
  header.last_id = last_id;
  header.rows = state.rows;
  header.clustered_rows = state.flat() ? 0 : state.clustered_rows;
  header.length_error = state.length_error;
  header.dimension = static_cast<std::uint32_t>(dimension);
  header.partitions = static_cast<std::uint32_t>(state.partitions.size());

  // Two passes over the partitions, for their checksums and to write them: header and tables lie at
  // the start, where one read gets them.
  std::vector<std::byte> tables = tables_of(state);
  const std::uint64_t partitions_offset = snapshot_partitions_offset(header);
  tables.resize(partitions_offset - sizeof header);
  header.file_bytes = partitions_offset;
  for (const Partition& partition : state.partitions) header.file_bytes += partition.bytes().size();
  header.tables_checksum = checksum_of(tables);
  header.header_checksum = header_checksum_of(header);

  file.write(std::as_bytes(std::span(&header, 1)));
  file.write(tables);
  for (const Partition& partition : state.partitions) file.write(partition.bytes());
}

}  // namespace simdb
