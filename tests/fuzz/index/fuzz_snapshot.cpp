// The index on disk. Tried as it is, and with a size and checksums that hold: then all that the
// tables and the rows say may be made up. Nobody promises a right answer from those, but no parser
// may reach outside of the file.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "index/checksum.h"
#include "index/partition_internal.h"
#include "index/snapshot.h"
#include "index/snapshot_internal.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;

constexpr std::initializer_list<ErrorCode> kDocumented = {ErrorCode::kCorruption,
                                                          ErrorCode::kBadInput};

std::vector<std::byte> with_checksums(std::span<const std::byte> bytes) {
  std::vector<std::byte> summed(bytes.begin(), bytes.end());
  SnapshotHeader header;  // NOLINT: read on the next line
  std::memcpy(&header, summed.data(), sizeof header);
  header.file_bytes = summed.size();
  const std::uint64_t partitions = snapshot_partitions_offset(header);
  if (partitions <= summed.size()) {
    std::uint64_t offset = partitions;
    for (std::uint32_t p = 0; p < header.partitions; ++p) {
      std::byte* const place = summed.data() + sizeof header + p * sizeof(SnapshotEntry);
      SnapshotEntry entry;  // NOLINT: read on the next line
      std::memcpy(&entry, place, sizeof entry);
      const std::size_t size = Partition::serialized_size(
          {entry.first_id, entry.rows, entry.sorted, entry.id_bytes, header.dimension});
      if (size > summed.size() - offset) break;
      entry.partition_checksum = checksum_of(std::span(summed).subspan(offset, size));
      std::memcpy(place, &entry, sizeof entry);
      offset += size;
    }
    header.tables_checksum =
        checksum_of(std::span(summed).subspan(sizeof header, partitions - sizeof header));
  }
  header.header_checksum = header_checksum_of(header);
  std::memcpy(summed.data(), &header, sizeof header);
  return summed;
}

enum class Rows { kWritten, kMadeUp };

void require_ranked(std::span<const Neighbor> found, std::size_t most, Rows rows) {
  fuzz::require(found.size() <= most, "a search finds at most k");
  if (rows == Rows::kMadeUp) return;
  fuzz::require(std::ranges::is_sorted(found, ranks_before), "a search ranks what it finds");
}

// Everything that reads rows.
void use(VectorIndex& index, const SnapshotInfo& info, Rows rows) {
  std::vector<float> query(info.dimension);
  query[1] = 1;
  require_ranked(index.search(query, 5), 5, rows);
  require_ranked(index.range_search(query, 0.5F), index.size(), rows);
  const std::vector<ItemId> ids = index.ids();
  fuzz::require(ids.size() == index.size(), "every row has an id");
  if (!ids.empty()) {
    fuzz::require(index.vector(ids.front()).size() == info.dimension, "an item has its vector");
    index.remove(std::span(ids).first(1));
  }
  EmbeddingBatch added(info.dimension);
  added.append_normalized(query);
  if (to_number(info.last_id) < ~std::uint64_t{0}) {
    index.add(std::vector{ItemId{to_number(info.last_id) + 1}}, added);
  }
  index.search(query, 2);
}

void check(std::span<const std::byte> bytes, const fuzz::InputOnDisk& file, Rows rows) {
  file.write(bytes);
  const auto info = fuzz::parsed(kDocumented, [&] { return read_snapshot_info(file.path()); });
  auto loaded = fuzz::parsed(kDocumented, [&] {
    return load_snapshot(file.path(), {.partition_from = 1'000'000, .threads = 1});
  });
  fuzz::require(info || !loaded, "a file with a bad header is not loaded");
  if (!info || !loaded) return;
  fuzz::require(loaded->index->size() == info->rows &&
                    loaded->index->dimension() == info->dimension &&
                    is_valid_dimension(info->dimension) && info->file_bytes == bytes.size(),
                "the index is what its header says");
  try {
    use(*loaded->index, *info, rows);
  } catch (const Error& error) {
    if (rows == Rows::kWritten) fuzz::require_documented(error, kDocumented);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputOnDisk file("index.snapshot");
  const auto bytes = fuzz::bytes_of(data, size);
  check(bytes, file, Rows::kWritten);
  if (size >= sizeof(SnapshotHeader)) check(with_checksums(bytes), file, Rows::kMadeUp);
  return 0;
}
