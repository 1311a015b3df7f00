#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numbers>

#include "index/partition_internal.h"
#include "tests/index/rows.h"
#include "tests/support/embeddings.h"

namespace simdb {
namespace {

using test::axis_embeddings;
using test::clustered_embeddings;
using test::ids_from;
using test::random_embeddings;
using test::rows_of;

using Values = std::vector<float>;
using Content = std::map<ItemId, Values>;

Content content_of(const std::vector<ItemId>& ids, const EmbeddingBatch& embeddings) {
  Content content;
  for (std::size_t r = 0; r < ids.size(); ++r) {
    content[ids[r]] = Values(embeddings.row(r).begin(), embeddings.row(r).end());
  }
  return content;
}

double true_angle(std::span<const float> centroid, std::span<const float> row) {
  long double dot = 0;
  long double lengths = 0;
  long double squared = 0;
  for (std::size_t d = 0; d < row.size(); ++d) {
    dot += static_cast<long double>(centroid[d]) * row[d];
    lengths += static_cast<long double>(row[d]) * row[d];
    squared += static_cast<long double>(centroid[d]) * centroid[d];
  }
  const long double cosine = dot / std::sqrt(lengths * squared);
  return static_cast<double>(std::acos(std::clamp(cosine, -1.0L, 1.0L)));
}

// What holds for every partition, however it came about.
void expect_sound(const Partition& partition, const Content& content,
                  std::span<const float> centroid) {
  ASSERT_EQ(partition.rows(), content.size());
  ASSERT_EQ(partition.blocks(), (content.size() + 15) / 16);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(partition.block(0)) % kBlockAlignment, 0U);
  EXPECT_EQ(partition.bytes().size(), Partition::serialized_size(partition.shape()));
  Content found;
  double largest = 0;
  double previous = 0;
  for (std::size_t r = 0; r < partition.rows(); ++r) {
    Values values(partition.dimension());
    partition.read(r, values.data());
    ASSERT_TRUE(found.emplace(partition.id(r), values).second) << "an id twice";
    ASSERT_EQ(partition.find(partition.id(r)), r);
    const double angle = centroid.empty() ? 0 : true_angle(centroid, values);
    ASSERT_LE(partition.near_angles()[r / 16], angle) << "row " << r;
    ASSERT_GE(partition.far_angles()[r / 16], angle) << "row " << r;
    largest = std::max(largest, angle);
    if (!centroid.empty() && r < partition.shape().sorted) {
      ASSERT_GE(angle, previous - 1e-6) << "not sorted at row " << r;
      previous = angle;
    }
  }
  EXPECT_EQ(found, content);
  EXPECT_GE(partition.radius(), largest);
  if (!centroid.empty()) {
    EXPECT_LT(partition.radius(), largest + 1e-5) << "needlessly wide";
  }
  EXPECT_EQ(partition.find(ItemId{999999999}), partition.rows());
  for (std::size_t lane = partition.rows(); lane < partition.blocks() * 16; ++lane) {
    for (std::size_t d = 0; d < partition.dimension(); ++d) {
      ASSERT_EQ(partition.block(lane / 16)[d * 16 + lane % 16], 0.0F) << "unused row " << lane;
    }
  }
}

TEST(PartitionTest, SortsRowsByTheirAngle) {
  for (const std::size_t dimension : {2, 16, 64, 100, 512, 4096}) {
    for (const std::size_t count : {1, 15, 16, 17, 300}) {
      const auto embeddings = clustered_embeddings(count, dimension, 3, count);
      const auto centroid = random_embeddings(1, dimension, 9);
      const auto ids = ids_from(100, count);
      const auto partition = Partition::build(centroid.row(0), rows_of(ids, embeddings));
      EXPECT_EQ(partition.shape().sorted, count);
      expect_sound(partition, content_of(ids, embeddings), centroid.row(0));
    }
  }
}

TEST(PartitionTest, RangesHoldAnglesNearZeroAndPi) {
  auto embeddings = axis_embeddings(20, 16, 0);
  Values opposite(16);
  opposite[0] = -1;
  for (int i = 0; i < 20; ++i) embeddings.append_unit(opposite);
  Values almost(16);
  almost[0] = 1;
  almost[1] = 1e-5F;
  embeddings.append_unit(almost);
  const auto ids = ids_from(1, 41);
  const auto partition = Partition::build(embeddings.row(0), rows_of(ids, embeddings));
  expect_sound(partition, content_of(ids, embeddings), embeddings.row(0));
  EXPECT_EQ(partition.id(0), ItemId{1}) << "equal angles: in the order of ids";
  EXPECT_EQ(partition.id(19), ItemId{20});
  EXPECT_EQ(partition.id(20), ItemId{41});
}

TEST(PartitionTest, AFlatOneKeepsTheOrderAndRulesNothingOut) {
  const auto embeddings = random_embeddings(50, 16, 1);
  const auto ids = ids_from(7, 50);
  const auto flat = Partition::build_flat(16, rows_of(ids, embeddings));
  expect_sound(flat, content_of(ids, embeddings), {});
  const auto more = random_embeddings(5, 16, 2);
  const auto more_ids = ids_from(100, 5);
  const auto longer = flat.with({}, rows_of(more_ids, more));
  for (std::size_t r = 0; r < 55; ++r) {
    EXPECT_EQ(longer.id(r), r < 50 ? ids[r] : more_ids[r - 50]);
  }
  for (std::size_t b = 0; b < longer.blocks(); ++b) {
    EXPECT_LE(longer.near_angles()[b], 0);
    EXPECT_GE(longer.far_angles()[b], std::numbers::pi_v<float>);
  }
}

TEST(PartitionTest, AddedRowsStandBehindUntilTheyAreMany) {
  const auto embeddings = clustered_embeddings(400, 16, 4, 3);
  const auto centroid = random_embeddings(1, 16, 4);
  const auto ids = ids_from(1, 400);
  const std::vector<Row> rows = rows_of(ids, embeddings);
  Partition partition = Partition::build(centroid.row(0), {rows.begin(), rows.begin() + 10});
  std::size_t taken = 10;
  std::size_t unsorted_states = 0;
  std::size_t sorted_again = 0;
  for (std::size_t step = 0; taken < rows.size(); ++step) {
    const std::size_t more = std::min(1 + step % 5, rows.size() - taken);
    const Partition before = partition;
    const std::size_t before_rows = partition.rows();
    partition = partition.with(centroid.row(0), std::span(rows).subspan(taken, more));
    taken += more;
    const std::vector<ItemId> so_far(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(taken));
    expect_sound(partition, content_of(so_far, embeddings), centroid.row(0));
    EXPECT_EQ(before.rows(), before_rows) << "immutable";
    EXPECT_LE(partition.rows() - partition.shape().sorted, 64U) << "few enough to read unsorted";
    if (partition.shape().sorted < partition.rows()) ++unsorted_states;
    if (partition.shape().sorted == partition.rows()) ++sorted_again;
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(unsorted_states, 50U);
  EXPECT_GT(sorted_again, 3U);
}

TEST(PartitionTest, IdsAreNarrowWhileTheirRangeAllows) {
  const auto embeddings = random_embeddings(3, 16, 5);
  const auto centroid = random_embeddings(1, 16, 6);
  constexpr std::uint64_t kFirst = std::uint64_t{1} << 62;
  for (const std::uint64_t range : {std::uint64_t{2}, std::uint64_t{UINT32_MAX},
                                    std::uint64_t{UINT32_MAX} + 1, std::uint64_t{1} << 61}) {
    const std::vector<ItemId> ids{ItemId{kFirst + range}, ItemId{kFirst}, ItemId{kFirst + 1}};
    const auto partition = Partition::build(centroid.row(0), rows_of(ids, embeddings));
    EXPECT_EQ(partition.shape().id_bytes, range <= UINT32_MAX ? 4U : 8U);
    EXPECT_EQ(partition.shape().first_id, kFirst);
    expect_sound(partition, content_of(ids, embeddings), centroid.row(0));
  }
}

TEST(PartitionTest, AnAddedIdMayWidenTheIdsOnEitherSide) {
  const auto embeddings = random_embeddings(4, 16, 5);
  const auto centroid = random_embeddings(1, 16, 6);
  for (const ItemId last :
       {ItemId{5000000001}, ItemId{std::numeric_limits<std::uint64_t>::max()}, ItemId{1}}) {
    const std::vector<ItemId> ids{ItemId{5000000000}, ItemId{5000000002}, ItemId{5000000009}, last};
    const std::vector<Row> rows = rows_of(ids, embeddings);
    const auto few = Partition::build(centroid.row(0), {rows.begin(), rows.begin() + 3});
    EXPECT_EQ(few.shape().id_bytes, 4U);
    const auto partition = few.with(centroid.row(0), std::span(rows).subspan(3));
    EXPECT_EQ(partition.shape().first_id, std::min(to_number(last), std::uint64_t{5000000000}));
    expect_sound(partition, content_of(ids, embeddings), centroid.row(0));
  }
}

TEST(PartitionTest, KeepsBitsThatCompareEqual) {
  Values row(16, 0.0F);
  row[0] = 1;
  row[1] = -0.0F;
  row[2] = std::numeric_limits<float>::denorm_min();
  const std::vector<Row> rows{{ItemId{1}, row.data()}};
  const auto partition = Partition::build(row, rows);
  Values read(16);
  partition.read(0, read.data());
  EXPECT_EQ(std::memcmp(read.data(), row.data(), 16 * sizeof(float)), 0);
}

TEST(PartitionTest, SerializedBytesElsewhereAreTheSamePartition) {
  const auto embeddings = clustered_embeddings(133, 32, 4, 3);
  const auto centroid = random_embeddings(1, 32, 4);
  std::vector<ItemId> ids = ids_from(3, 133);
  for (const bool wide : {false, true}) {
    if (wide) ids.back() = ItemId{std::uint64_t{1} << 40};
    const auto original = Partition::build(centroid.row(0), rows_of(ids, embeddings));
    const std::span<const std::byte> bytes = original.bytes();
    std::shared_ptr<std::byte> copy(
        static_cast<std::byte*>(std::aligned_alloc(kBlockAlignment, bytes.size())), std::free);
    std::ranges::copy(bytes, copy.get());
    const std::weak_ptr<std::byte> watch = copy;
    {
      const std::byte* memory = copy.get();
      const Partition adopted(original.shape(), memory, std::move(copy));
      expect_sound(adopted, content_of(ids, embeddings), centroid.row(0));
      EXPECT_TRUE(std::ranges::equal(adopted.bytes(), bytes));
      EXPECT_EQ(adopted.radius(), original.radius());
      EXPECT_FALSE(watch.expired()) << "the owner is kept";
    }
    EXPECT_TRUE(watch.expired()) << "and let go";
  }
}

TEST(PartitionTest, TheSameRowsMakeTheSameBytes) {
  const auto embeddings = clustered_embeddings(100, 16, 4, 3);
  const auto ids = ids_from(3, 100);
  std::vector<Row> rows = rows_of(ids, embeddings);
  const auto one = Partition::build(embeddings.row(0), rows);
  std::ranges::reverse(rows);
  const auto other = Partition::build(embeddings.row(0), rows);
  EXPECT_TRUE(std::ranges::equal(one.bytes(), other.bytes()));
}

TEST(RowTableTest, HoldsTheRowsOfSeveralPartitions) {
  const auto embeddings = clustered_embeddings(100, 16, 4, 3);
  const auto ids = ids_from(3, 100);
  const std::vector<Row> rows = rows_of(ids, embeddings);
  RowTable table(16);
  table.append(Partition::build(embeddings.row(0), {rows.begin(), rows.begin() + 37}));
  table.append(Partition::build_flat(16, std::span(rows).subspan(37)));
  Content found;
  for (const Row& row : table.rows()) found[row.id] = Values(row.values, row.values + 16);
  EXPECT_EQ(found, content_of(ids, embeddings));
}

}  // namespace
}  // namespace simdb
