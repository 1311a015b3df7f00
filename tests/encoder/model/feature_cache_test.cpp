#include "encoder/model/feature_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "core/file_io.h"
#include "simdb/error.h"
#include "tests/support/backbones.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

Sha256 digest(int i) { return sha256(std::as_bytes(std::span(&i, 1))); }

std::vector<float> features(int i) { return {static_cast<float>(i), 0.5F, -1, 7}; }

void insert(FeatureCache& cache, int i, std::uint32_t view = 0) {
  cache.insert(digest(i), view, features(i + 100 * static_cast<int>(view)));
}

std::vector<float> found(const FeatureCache& cache, int i, std::uint32_t view = 0) {
  const auto row = cache.find(digest(i), view);
  return {row.begin(), row.end()};
}

class FeatureCacheTest : public ::testing::Test {
 protected:
  FeatureCache open() const { return {path_, digest(-1), 4}; }

  std::vector<std::byte> write_three() const {
    FeatureCache cache = open();
    for (const int i : {5, 3, 4}) insert(cache, i);
    insert(cache, 3, 2);
    cache.save();
    return read_file(path_, 1 << 20);
  }

  // Without the fsync of an atomic write: there are many of them.
  void overwrite(std::span<const std::byte> bytes) const {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "a.features";
};

TEST_F(FeatureCacheTest, GivesBackWhatWasSaved) {
  write_three();
  FeatureCache cache = open();
  EXPECT_EQ(cache.size(), 4U);
  for (const int i : {3, 4, 5}) EXPECT_EQ(found(cache, i), features(i));
  EXPECT_EQ(found(cache, 3, 2), features(203));
  EXPECT_TRUE(found(cache, 4, 2).empty());
  EXPECT_TRUE(found(cache, 6).empty());
  insert(cache, 6);
  cache.save();
  const FeatureCache again = open();
  for (const int i : {3, 4, 5, 6}) EXPECT_EQ(found(again, i), features(i));
}

TEST_F(FeatureCacheTest, KeepsTheFirstFeatures) {
  FeatureCache cache = open();
  insert(cache, 1);
  cache.insert(digest(1), 0, features(9));
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(found(cache, 1), features(1));
  EXPECT_EQ(test::code_of([&] { cache.insert(digest(2), 0, std::vector<float>(5)); }),
            ErrorCode::kUsage);
}

TEST_F(FeatureCacheTest, WritesNothingWithoutNews) {
  open().save();
  EXPECT_FALSE(std::filesystem::exists(path_));
  write_three();
  FeatureCache cache = open();
  std::filesystem::remove(path_);
  cache.save();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(FeatureCacheTest, AnotherBackboneFindsNothing) {
  write_three();
  EXPECT_EQ(FeatureCache(path_, digest(-2), 4).size(), 0U);
  EXPECT_EQ(FeatureCache(path_, digest(-1), 8).size(), 0U);
  FeatureCache other(path_, digest(-2), 4);
  insert(other, 8);
  other.save();
  EXPECT_EQ(open().size(), 0U);
  EXPECT_EQ(found(FeatureCache(path_, digest(-2), 4), 8), features(8));
}

TEST_F(FeatureCacheTest, EveryFlippedBitAndEveryCutEmptiesIt) {
  const auto whole = write_three();
  std::mt19937 random(1);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] ^= static_cast<std::byte>(1 << random() % 8);
    overwrite(damaged);
    EXPECT_EQ(open().size(), 0U) << "byte " << i;
    overwrite(std::span(whole).first(i));
    EXPECT_EQ(open().size(), 0U) << "cut to " << i;
  }
  auto longer = whole;
  longer.push_back({});
  overwrite(longer);
  EXPECT_EQ(open().size(), 0U);
  FeatureCache cache = open();
  insert(cache, 1);
  cache.save();
  EXPECT_EQ(found(open(), 1), features(1));
}

TEST_F(FeatureCacheTest, AFileWithoutRowsIsEmpty) {
  constexpr std::size_t kHeaderBytes = 64;
  auto bytes = write_three();
  bytes.resize(kHeaderBytes);
  std::fill(bytes.end() - 8, bytes.end(), std::byte{});  // how many rows there are
  const Sha256 checksum = sha256(bytes);
  const auto view = std::as_bytes(std::span(checksum));
  bytes.insert(bytes.end(), view.begin(), view.end());
  overwrite(bytes);
  EXPECT_EQ(open().size(), 0U);
}

TEST_F(FeatureCacheTest, TellsOfAPlaceItCannotWrite) {
  FeatureCache cache(folder_ / "missing" / "a.features", digest(1), 4);
  insert(cache, 1);
  EXPECT_EQ(test::code_of([&] { cache.save(); }), ErrorCode::kIo);
}

class CachedFeaturesTest : public FeatureCacheTest {
 protected:
  CachedFeaturesTest() {
    std::mt19937 random(7);
    for (auto& pixel : pixels_) pixel = static_cast<std::uint8_t>(random() >> 24);
  }

  InputSpec input_ = {.width = 4, .height = 4};
  BackboneFeatures backbone_{
      read_backbone(test::make_backbone({.input = input_}), "net.onnx", input_)};
  std::vector<std::uint8_t> pixels_ = std::vector<std::uint8_t>(300 * input_.values());
};

TEST_F(CachedFeaturesTest, AsksTheBackboneOnlyForWhatIsMissing) {
  FeatureCache cache(path_, backbone_.key(), backbone_.dimension());
  // A row that no backbone would give shows whether it was asked again.
  const std::vector<float> planted(backbone_.dimension(), 42);
  const auto second = std::span(pixels_).subspan(input_.values(), input_.values());
  cache.insert(sha256(std::as_bytes(second)), 0, planted);
  std::vector<float> expected = backbone_.compute(pixels_);
  EXPECT_EQ(cached_features(backbone_, cache, pixels_, 1), expected);  // another view
  std::ranges::copy(planted, expected.begin() + static_cast<std::ptrdiff_t>(planted.size()));
  EXPECT_EQ(cached_features(backbone_, cache, pixels_), expected);
  cache.save();
  FeatureCache again(path_, backbone_.key(), backbone_.dimension());
  EXPECT_EQ(again.size(), 600U);
  EXPECT_EQ(cached_features(backbone_, again, pixels_), expected);
}

TEST_F(CachedFeaturesTest, ProgressCountsImagesAndStops) {
  FeatureCache cache(path_, backbone_.key(), backbone_.dimension());
  std::size_t seen = 0;
  const auto part =
      cached_features(backbone_, cache, pixels_, 0, [&](std::size_t done, std::size_t total) {
        EXPECT_EQ(total, 300U);
        seen = done;
        return false;
      });
  EXPECT_GT(seen, 0U);
  EXPECT_LT(seen, 300U);
  EXPECT_EQ(part.size(), seen * backbone_.dimension());
}

}  // namespace
}  // namespace simdb
