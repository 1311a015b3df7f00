#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "index/checksum.h"
#include "index/partition_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// Added to the ranges on both sides: more than rounding takes from an angle. angle_between's cosine
// is wrong by 2 n 2^-53 at most, n products in each of its sums, which near 1 makes 1.4e-6 radians
// for n = 4,096; and a float near pi is rounded by 1.2e-7.
constexpr float kAngleSlack = 2e-6F;
// Rows that may stay unsorted behind the sorted ones; sorting costs about as much as adding them.
constexpr std::size_t kMaxUnsorted = 48;

struct Angled {
  Row row;
  float angle = 0;
};

std::vector<Angled> with_angles(std::span<const float> centroid, std::span<const Row> rows) {
  std::vector<Angled> angled;
  angled.reserve(rows.size());
  for (const Row& row : rows) {
    angled.push_back({row, static_cast<float>(angle_between(centroid, row.values))});
  }
  return angled;
}

// Writes the bytes of a partition row by row, each once. Unused rows are zero.
class PartitionWriter {
 public:
  explicit PartitionWriter(const Partition::Shape& shape)
      : shape_(shape),
        blocks_((shape.rows + kBlockRows - 1) / kBlockRows),
        size_(Partition::serialized_size(shape)),
        bytes_(static_cast<std::byte*>(std::aligned_alloc(kBlockAlignment, size_)), std::free) {
    if (bytes_ == nullptr) throw std::bad_alloc();
    // The rest is written by whoever fills in the rows.
    float* last_block = near() - kBlockRows * shape_.dimension;
    std::memset(last_block, 0, kBlockRows * shape_.dimension * sizeof(float));
    std::fill_n(near(), blocks_, std::numbers::pi_v<float>);
    std::fill_n(far(), blocks_, 0.0F);
    std::byte* end = ids() + std::size_t{shape_.rows} * shape_.id_bytes;
    std::memset(end, 0, static_cast<std::size_t>(bytes_.get() + size_ - end));
  }

  void put(std::size_t row, const Row& source, AngleRange range) {
    float* block = floats() + row / kBlockRows * kBlockRows * shape_.dimension + row % kBlockRows;
    for (std::size_t d = 0; d < shape_.dimension; ++d) block[d * kBlockRows] = source.values[d];
    near()[row / kBlockRows] = std::min(near()[row / kBlockRows], range.near - kAngleSlack);
    far()[row / kBlockRows] = std::max(far()[row / kBlockRows], range.far + kAngleSlack);
    put_id(row, source.id);
  }

  // The rows of another partition, as the first of this one.
  void copy(const Partition& other) {
    std::memcpy(floats(), other.block(0),
                other.blocks() * kBlockRows * shape_.dimension * sizeof(float));
    std::copy_n(other.near_angles(), other.blocks(), near());
    std::copy_n(other.far_angles(), other.blocks(), far());
    if (other.shape().first_id == shape_.first_id && other.shape().id_bytes == shape_.id_bytes) {
      std::memcpy(ids(), other.far_angles() + other.blocks(), other.rows() * shape_.id_bytes);
    } else {
      for (std::size_t r = 0; r < other.rows(); ++r) put_id(r, other.id(r));
    }
  }

  Partition finish() && { return {shape_, bytes_.get(), std::move(bytes_)}; }

 private:
  void put_id(std::size_t row, ItemId id) {
    const std::uint64_t distance = to_number(id) - shape_.first_id;
    if (shape_.id_bytes == 4) {
      const auto narrow = static_cast<std::uint32_t>(distance);
      std::memcpy(ids() + row * 4, &narrow, 4);
    } else {
      std::memcpy(ids() + row * 8, &distance, 8);
    }
  }

  float* floats() { return reinterpret_cast<float*>(bytes_.get()); }
  float* near() { return floats() + blocks_ * kBlockRows * shape_.dimension; }
  float* far() { return near() + blocks_; }
  std::byte* ids() { return reinterpret_cast<std::byte*>(far() + blocks_); }

  Partition::Shape shape_;
  std::size_t blocks_;
  std::size_t size_;
  std::shared_ptr<std::byte> bytes_;
};

Partition::Shape shape_of(std::size_t dimension, std::size_t rows, std::size_t sorted,
                          std::uint64_t first_id, std::uint64_t last_id) {
  return {first_id, static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(sorted),
          last_id - first_id <= UINT32_MAX ? 4U : 8U, static_cast<std::uint32_t>(dimension)};
}

std::pair<std::uint64_t, std::uint64_t> id_range(std::span<const Row> rows) {
  const auto [first, last] = std::minmax_element(
      rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.id < b.id; });
  return {to_number(first->id), to_number(last->id)};
}

}  // namespace

double angle_between(std::span<const float> centroid, const float* row) {
  double dot = 0;
  double row_squared = 0;
  double centroid_squared = 0;
  for (std::size_t d = 0; d < centroid.size(); ++d) {
    dot += static_cast<double>(centroid[d]) * row[d];
    row_squared += static_cast<double>(row[d]) * row[d];
    centroid_squared += static_cast<double>(centroid[d]) * centroid[d];
  }
  return std::acos(std::clamp(dot / std::sqrt(row_squared * centroid_squared), -1.0, 1.0));
}

std::size_t Partition::serialized_size(const Shape& shape) noexcept {
  const std::size_t blocks = (shape.rows + kBlockRows - 1) / kBlockRows;
  const std::size_t bytes = (blocks * kBlockRows * shape.dimension + 2 * blocks) * sizeof(float) +
                            std::size_t{shape.rows} * shape.id_bytes;
  return (bytes + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
}

Partition::Partition(const Shape& shape, const std::byte* bytes, std::shared_ptr<const void> owner,
                     const PartitionChecksum* checksum)
    : shape_(shape), bytes_(bytes), owner_(std::move(owner)), pending_(checksum) {}

// Several threads may do this at once; they find the same.
void Partition::compare_checksum() const {
  const PartitionChecksum* checksum = pending_.get();
  if (checksum == nullptr) return;  // another thread was faster
  if (checksum_of(bytes()) != checksum->value) {
    throw Error(ErrorCode::kCorruption,
                "the index snapshot " + checksum->file->string() +
                    " is damaged: the checksum of a partition does not match; make a new one with "
                    "'simdb reindex'");
  }
  pending_.clear();
}

Partition Partition::build(std::span<const float> centroid, std::vector<Row> rows) {
  std::vector<Angled> angled = with_angles(centroid, rows);
  std::sort(angled.begin(), angled.end(), [](const Angled& a, const Angled& b) {
    return a.angle != b.angle ? a.angle < b.angle : a.row.id < b.row.id;
  });
  const auto [first, last] = id_range(rows);
  PartitionWriter writer(shape_of(centroid.size(), rows.size(), rows.size(), first, last));
  for (std::size_t r = 0; r < angled.size(); ++r) {
    writer.put(r, angled[r].row, {angled[r].angle, angled[r].angle});
  }
  return std::move(writer).finish();
}

Partition Partition::build_flat(std::size_t dimension, std::span<const Row> rows) {
  const auto [first, last] = id_range(rows);
  PartitionWriter writer(shape_of(dimension, rows.size(), rows.size(), first, last));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    writer.put(r, rows[r], {0, std::numbers::pi_v<float>});
  }
  return std::move(writer).finish();
}

Partition Partition::with(std::span<const float> centroid, std::span<const Row> rows) const {
  const bool flat = centroid.empty();
  if (!flat && shape_.rows - shape_.sorted + rows.size() > kMaxUnsorted) {
    RowTable table(dimension());
    table.append(*this);
    std::vector<Row> all = table.rows();
    all.insert(all.end(), rows.begin(), rows.end());
    return build(centroid, std::move(all));
  }
  const auto [first, last] = id_range(rows);
  std::uint64_t last_id = last;
  if (shape_.id_bytes != 4 || first < shape_.first_id) {  // else the present ones fit anyway
    for (std::size_t r = 0; r < this->rows(); ++r) last_id = std::max(last_id, to_number(id(r)));
  }
  const Shape shape = shape_of(dimension(), shape_.rows + rows.size(), shape_.sorted,
                               std::min(first, shape_.first_id), last_id);
  PartitionWriter writer(shape);
  writer.copy(*this);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto angle = flat ? 0.0F : static_cast<float>(angle_between(centroid, rows[i].values));
    writer.put(shape_.rows + i, rows[i], {angle, flat ? std::numbers::pi_v<float> : angle});
  }
  return std::move(writer).finish();
}

std::span<const std::byte> Partition::bytes() const noexcept {
  return {bytes_, serialized_size(shape_)};
}

float Partition::radius() const noexcept {
  return *std::max_element(far_angles(), far_angles() + blocks());
}

ItemId Partition::id(std::size_t row) const noexcept {
  if (shape_.id_bytes == 4) {
    std::uint32_t distance = 0;
    std::memcpy(&distance, ids() + row * 4, 4);
    return ItemId{shape_.first_id + distance};
  }
  std::uint64_t distance = 0;
  std::memcpy(&distance, ids() + row * 8, 8);
  return ItemId{shape_.first_id + distance};
}

void Partition::read(std::size_t row, float* values) const noexcept {
  const float* source = block(row / kBlockRows) + row % kBlockRows;
  for (std::size_t d = 0; d < shape_.dimension; ++d) values[d] = source[d * kBlockRows];
}

std::size_t Partition::find(ItemId wanted) const noexcept {
  std::size_t row = 0;
  while (row < rows() && id(row) != wanted) ++row;
  return row;
}

void RowTable::append(const Partition& partition) {
  const std::size_t before = ids.size();
  ids.resize(before + partition.rows());
  values.resize(ids.size() * dimension);
  for (std::size_t r = 0; r < partition.rows(); ++r) {
    ids[before + r] = partition.id(r);
    partition.read(r, values.data() + (before + r) * dimension);
  }
}

std::vector<Row> RowTable::rows() const {
  std::vector<Row> all;
  all.reserve(ids.size());
  for (std::size_t r = 0; r < ids.size(); ++r) all.push_back({ids[r], &values[r * dimension]});
  return all;
}

}  // namespace simdb
