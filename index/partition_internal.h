#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "index/kernels_internal.h"
#include "simdb/embedding.h"
#include "simdb/item.h"

namespace simdb {

/// A row on its way into a partition.
struct Row {
  ItemId id{};
  const float* values = nullptr;  ///< dimension floats
};

/// Angles in radians between the rows of a block and the centroid of their partition.
struct AngleRange {
  float near = 0;
  float far = 0;
};

/// The checksum that the bytes of a partition in a file must have.
struct PartitionChecksum {
  std::uint64_t value = 0;
  const std::filesystem::path* file = nullptr;  ///< for messages
};

/// A checksum that is still to be compared; null once it was. Threads may clear it while others
/// look. Copies go their own ways.
class PendingChecksum {
 public:
  PendingChecksum(const PartitionChecksum* checksum) : checksum_(checksum) {}  // NOLINT: a pointer
  PendingChecksum(const PendingChecksum& other) noexcept : checksum_(other.get()) {}
  PendingChecksum& operator=(const PendingChecksum& other) noexcept {
    checksum_.store(other.get(), std::memory_order_relaxed);
    return *this;
  }
  const PartitionChecksum* get() const noexcept {
    return checksum_.load(std::memory_order_relaxed);
  }
  void clear() noexcept { checksum_.store(nullptr, std::memory_order_relaxed); }

 private:
  std::atomic<const PartitionChecksum*> checksum_;
};

/// Rows around one centroid, in blocks; each block with the range of its rows' angles to the
/// centroid. The rows are sorted by that angle, the nearest first, but for the few last ones that
/// were added since. By the triangle inequality on the sphere, a row at angle a from the centroid
/// is at least |t - a| away from a query at angle t.
///
/// Everything is in one piece of memory (`bytes`), which is also its form in a snapshot:
/// - blocks x 16 x dimension floats: the rows, transposed (see kernels_internal.h), 0 where unused
/// - blocks floats, twice: near and far angles, rounded outwards
/// - rows x 4 or 8 bytes: ids, as distance from first_id where 4 bytes suffice
/// Immutable; thread-safe.
class Partition {
 public:
  /// Numbers that belong to the bytes of a partition.
  struct Shape {
    std::uint64_t first_id = 0;  ///< the smallest
    std::uint32_t rows = 0;      ///< > 0
    std::uint32_t sorted = 0;    ///< how many of the first rows are sorted by angle
    std::uint32_t id_bytes = 4;  ///< 4 or 8
    std::uint32_t dimension = 16;
    friend bool operator==(const Shape&, const Shape&) = default;
  };

  /// Sorts `rows` around `centroid` (a unit vector).
  static Partition build(std::span<const float> centroid, std::vector<Row> rows);
  /// A partition without a centroid, in the order given: its ranges hold every angle.
  static Partition build_flat(std::size_t dimension, std::span<const Row> rows);
  /// Takes bytes in memory that `owner` keeps. With a `checksum`, which `owner` keeps too, they are
  /// those of a file and may be read only through sound().
  Partition(const Shape& shape, const std::byte* bytes, std::shared_ptr<const void> owner,
            const PartitionChecksum* checksum = nullptr);

  /// This, with bytes as they were written: compares the checksum if that is still to be done.
  /// Throws Error(kCorruption), each time, if it differs.
  const Partition& sound() const {
    if (pending_.get() != nullptr) [[unlikely]]
      compare_checksum();
    return *this;
  }

  /// This with `rows` after the present ones, or sorted again once many are unsorted.
  Partition with(std::span<const float> centroid, std::span<const Row> rows) const;

  std::size_t rows() const noexcept { return shape_.rows; }
  std::size_t blocks() const noexcept { return (rows() + kBlockRows - 1) / kBlockRows; }
  std::size_t dimension() const noexcept { return shape_.dimension; }
  const Shape& shape() const noexcept { return shape_; }
  std::span<const std::byte> bytes() const noexcept;
  static std::size_t serialized_size(const Shape& shape) noexcept;

  const float* block(std::size_t b) const noexcept {
    return floats() + b * kBlockRows * shape_.dimension;
  }
  /// One angle per block.
  const float* near_angles() const noexcept { return block(blocks()); }
  const float* far_angles() const noexcept { return near_angles() + blocks(); }
  /// Asks for the memory of the angles, which are two or three cache lines in a common partition.
  void prefetch_angles() const noexcept {
    const auto* angles = reinterpret_cast<const std::byte*>(near_angles());
    for (std::size_t line = 0; line < 3; ++line) __builtin_prefetch(angles + line * 64);
  }
  float radius() const noexcept;

  ItemId id(std::size_t row) const noexcept;
  /// Copies the row to `values` (dimension floats), bit for bit.
  void read(std::size_t row, float* values) const noexcept;
  /// Position of an id, or rows() if it is not here.
  std::size_t find(ItemId id) const noexcept;

 private:
  const float* floats() const noexcept { return reinterpret_cast<const float*>(bytes_); }
  const std::byte* ids() const noexcept {
    return reinterpret_cast<const std::byte*>(far_angles() + blocks());
  }

  void compare_checksum() const;

  Shape shape_;
  const std::byte* bytes_;
  std::shared_ptr<const void> owner_;
  mutable PendingChecksum pending_;
};

/// The angle between a row and a centroid of unit length in radians, in double.
double angle_between(std::span<const float> centroid, const float* row);

/// Copies of all rows of partitions, row-major, to build others from.
struct RowTable {
  explicit RowTable(std::size_t dimension_of_rows) : dimension(dimension_of_rows) {}
  void append(const Partition& partition);
  std::vector<Row> rows() const;

  std::size_t dimension;
  std::vector<ItemId> ids;
  std::vector<float> values;
};

}  // namespace simdb
