#include "index/snapshot.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include "core/mapped_file.h"
#include "index/checksum.h"
#include "index/snapshot_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw Error(ErrorCode::kBadInput, "can't use " + path.string() + ": " + why);
}

[[noreturn]] void refuse_damaged(const fs::path& path, const std::string& what) {
  throw Error(ErrorCode::kCorruption, "the index snapshot " + path.string() + " is damaged: " +
                                          what + "; make a new one with 'simdb reindex'");
}

// Among the reasons not to use a file the one for which it must not be replaced either.
class NewerVersion : public Error {
 public:
  NewerVersion(const fs::path& path, std::uint32_t version)
      : Error(ErrorCode::kBadInput, "can't use " + path.string() + ": it has format version " +
                                        std::to_string(version) + ", this simdb knows " +
                                        std::to_string(kSnapshotVersion) +
                                        "; use a newer simdb, or delete the file to have the index "
                                        "built from the store") {}
};

// A mapped file with a sound header. Keeps what partitions point to.
class SnapshotFile {
 public:
  explicit SnapshotFile(const fs::path& path) : file_(path) {
    if (bytes().empty()) refuse_damaged(path, "it is empty");
    const std::size_t present = std::min(bytes().size(), sizeof header_);
    std::memcpy(&header_, bytes().data(), present);
    if (std::memcmp(&header_.magic, &kSnapshotMagic, std::min(present, sizeof kSnapshotMagic)) !=
        0) {
      refuse(path, "it is no index snapshot of simdb");
    }
    if (present < sizeof header_) refuse_damaged(path, "it ends within its header");
    if (header_.byte_order != kSnapshotByteOrder) {
      refuse(path, "it was written on a machine with another byte order");
    }
    // First, so that a flipped bit in the version is not taken for one.
    if (header_.header_checksum != header_checksum_of(header_)) {
      refuse_damaged(path, "the checksum of its header does not match");
    }
    if (header_.version != kSnapshotVersion) throw NewerVersion(path, header_.version);
    if (header_.file_bytes != bytes().size()) {
      refuse_damaged(path, "it has " + std::to_string(bytes().size()) + " bytes instead of " +
                               std::to_string(header_.file_bytes));
    }
    if (!is_valid_dimension(header_.dimension) || !(header_.length_error >= 0) ||
        header_.length_error > 1 || (header_.partitions == 0) != (header_.rows == 0) ||
        (header_.rows == 0 && header_.clustered_rows != 0)) {
      refuse_damaged(path, "its header contradicts itself");
    }
  }

  const SnapshotHeader& header() const noexcept { return header_; }
  std::span<const std::byte> bytes() const noexcept { return file_.bytes(); }
  const fs::path& path() const noexcept { return file_.path(); }
  SnapshotInfo info() const {
    return {{{header_.store_id.begin(), header_.store_id.end()}, header_.change, header_.mark},
            ItemId{header_.last_id},
            header_.rows,
            header_.dimension,
            header_.file_bytes};
  }

  // Room for checksums of partitions; a pointer to one is good as long as this.
  void reserve_checksums(std::size_t count) { checksums_.reserve(count); }
  const PartitionChecksum* keep_checksum(std::uint64_t value) {
    return &checksums_.emplace_back(PartitionChecksum{value, &file_.path()});
  }

 private:
  MappedFile file_;
  SnapshotHeader header_{};
  std::vector<PartitionChecksum> checksums_;
};

// Reads the tables. Every number is checked before anything is reached through it.
class TableReader {
 public:
  explicit TableReader(std::shared_ptr<SnapshotFile> file)
      : file_(std::move(file)), header_(file_->header()) {
    const std::uint64_t partitions = snapshot_partitions_offset(header_);
    if (partitions > file_->bytes().size())
      refuse_damaged(file_->path(), "it ends within its tables");
    if (checksum_of(file_->bytes().subspan(sizeof header_, partitions - sizeof header_)) !=
        header_.tables_checksum) {
      refuse_damaged(file_->path(), "the checksum of its tables does not match");
    }
  }

  IndexState read() {
    IndexState state(header_.dimension);
    state.rows = header_.rows;
    state.clustered_rows = header_.clustered_rows;
    state.length_error = header_.length_error;
    state.partitions.reserve(header_.partitions);
    file_->reserve_checksums(header_.partitions);
    if (header_.clustered_rows != 0) state.centroids.reserve(header_.partitions);
    std::uint64_t rows = 0;
    std::uint64_t offset = snapshot_partitions_offset(header_);
    for (std::uint32_t p = 0; p < header_.partitions; ++p) {
      const SnapshotEntry entry = entry_of(p);
      const Partition::Shape shape{entry.first_id, entry.rows, entry.sorted, entry.id_bytes,
                                   header_.dimension};
      const std::size_t size = Partition::serialized_size(shape);
      if (size > file_->bytes().size() - offset) contradiction();
      state.partitions.emplace_back(shape, file_->bytes().data() + offset, file_,
                                    file_->keep_checksum(entry.partition_checksum));
      if (header_.clustered_rows != 0) state.centroids.append(centroid_of(p), entry.radius);
      rows += entry.rows;
      offset += size;
    }
    if (rows != header_.rows || offset != file_->bytes().size()) contradiction();
    return state;
  }

 private:
  [[noreturn]] void contradiction() const {
    refuse_damaged(file_->path(), "its tables contradict themselves");
  }

  SnapshotEntry entry_of(std::uint32_t p) const {
    SnapshotEntry entry;  // NOLINT: read on the next line
    std::memcpy(&entry, file_->bytes().data() + sizeof header_ + p * sizeof entry, sizeof entry);
    if (entry.rows == 0 || entry.sorted > entry.rows || entry.first_id == 0 ||
        entry.first_id > header_.last_id || (entry.id_bytes != 4 && entry.id_bytes != 8) ||
        !(entry.radius >= 0 && entry.radius < 4)) {
      contradiction();
    }
    return entry;
  }

  std::vector<float> centroid_of(std::uint32_t p) const {
    std::vector<float> centroid(header_.dimension);
    const std::size_t size = centroid.size() * sizeof(float);
    std::memcpy(centroid.data(),
                file_->bytes().data() + sizeof header_ +
                    header_.partitions * sizeof(SnapshotEntry) + p * size,
                size);
    if (!std::all_of(centroid.begin(), centroid.end(), [](float v) { return std::isfinite(v); })) {
      contradiction();
    }
    return centroid;
  }

  std::shared_ptr<SnapshotFile> file_;
  const SnapshotHeader& header_;
};

}  // namespace

SnapshotInfo read_snapshot_info(const fs::path& path) { return SnapshotFile(path).info(); }

LoadedSnapshot load_snapshot(const fs::path& path, const IndexOptions& options) {
  auto file = std::make_shared<SnapshotFile>(path);
  const SnapshotInfo info = file->info();
  IndexState state = TableReader(std::move(file)).read();
  return {info, std::make_unique<PartitionedIndex>(info.dimension, options, std::move(state),
                                                   to_number(info.last_id))};
}

void require_known_snapshot(const fs::path& path) {
  try {
    const SnapshotFile file(path);
  } catch (const NewerVersion&) {
    throw;
  } catch (const Error&) {
    return;
  }
}

}  // namespace simdb
