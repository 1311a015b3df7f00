#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/file_io.h"
#include "index/partitioned_index_internal.h"
#include "index/snapshot.h"

// The bytes of a snapshot: header, tables, partitions; docs/file_formats.md describes them. Numbers
// are in the byte order of the machine, since partitions are used in place.
namespace simdb {

inline constexpr std::array<char, 8> kSnapshotMagic = {'s', 'i', 'm', 'd', 'b', 'i', 'd', 'x'};
inline constexpr std::uint32_t kSnapshotVersion = 1;
inline constexpr std::uint32_t kSnapshotByteOrder = 0x01020304;
/// Header, tables and partitions each begin at a multiple of this.
inline constexpr std::uint64_t kSnapshotAlignment = 64;

struct SnapshotHeader {
  std::array<char, 8> magic;
  std::uint32_t byte_order;
  std::uint32_t version;
  std::array<char, 32> store_id;
  std::uint64_t change;
  std::uint64_t mark;
  std::uint64_t last_id;
  std::uint64_t rows;
  std::uint64_t clustered_rows;  ///< 0: there are no centroids
  double length_error;
  std::uint32_t dimension;
  std::uint32_t partitions;
  std::uint64_t file_bytes;
  std::uint64_t tables_checksum;  ///< of all bytes between header and partitions
  std::uint64_t header_checksum;  ///< of all bytes before this
};
static_assert(sizeof(SnapshotHeader) == 128);

/// One per partition. The partitions follow one another in the same order.
struct SnapshotEntry {
  std::uint64_t first_id;
  std::uint64_t partition_checksum;
  std::uint32_t rows;
  std::uint32_t sorted;
  std::uint32_t id_bytes;
  float radius;
};
static_assert(sizeof(SnapshotEntry) == 32);

/// Where the partitions begin: after header, entries, centroids (row-major) and zeros.
constexpr std::uint64_t snapshot_partitions_offset(const SnapshotHeader& header) {
  const std::uint64_t centroids = header.clustered_rows == 0 ? 0 : header.partitions;
  const std::uint64_t end = sizeof(SnapshotHeader) + header.partitions * sizeof(SnapshotEntry) +
                            centroids * header.dimension * sizeof(float);
  return (end + kSnapshotAlignment - 1) / kSnapshotAlignment * kSnapshotAlignment;
}

std::uint64_t header_checksum_of(const SnapshotHeader& header) noexcept;

/// Writes a state to a file. Throws Error(kIo), and Error(kCorruption) if the state comes from a
/// damaged snapshot.
void write_snapshot(AtomicFile& file, const SnapshotOrigin& origin, const IndexState& state,
                    std::size_t dimension, std::uint64_t last_id);

}  // namespace simdb
