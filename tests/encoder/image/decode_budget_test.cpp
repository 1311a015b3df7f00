#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "encoder/image/decoders_internal.h"

namespace simdb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::uint64_t kPixels = 600 * 400;
constexpr std::uint64_t kFileBytes = 100'000;

bool is_affordable(std::uint64_t max_memory, int channels) {
  DecodeBudget budget({.max_memory_bytes = max_memory}, kFileBytes);
  try {
    const Image image = budget.make_image(600, 400, channels);
    EXPECT_EQ(image.pixels.size(), kPixels * static_cast<std::uint64_t>(channels));
    return true;
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("600 x 400"), HasSubstr("MB")));
    return false;
  }
}

TEST(DecodeBudgetTest, CountsFilePixelsAndACopy) {
  for (const auto& [channels, copied] : {std::pair{1, 3}, std::pair{3, 1}, std::pair{4, 4}}) {
    const std::uint64_t needed =
        kFileBytes + static_cast<std::uint64_t>(channels + copied) * kPixels;
    EXPECT_TRUE(is_affordable(needed, channels)) << channels;
    EXPECT_FALSE(is_affordable(needed - 1, channels)) << channels;
  }
}

TEST(DecodeBudgetTest, ADecodersOwnIsGoneBeforeTheCopyIsMade) {
  const std::uint64_t held = kFileBytes + 3 * kPixels;
  DecodeBudget budget({.max_memory_bytes = held + 2 * kPixels}, kFileBytes);
  budget.make_image(600, 400, 3);
  EXPECT_EQ(budget.decoder_bytes(), 2 * kPixels);
  EXPECT_NO_THROW(budget.require_memory(2 * kPixels));
  EXPECT_THAT([&] { budget.require_memory(2 * kPixels + 1); },
              testing::ThrowsMessage<std::runtime_error>(HasSubstr("too much memory")));
}

TEST(DecodeBudgetTest, BeforeTheSizeIsKnownADecoderMayHaveAllBesideTheFile) {
  EXPECT_EQ(DecodeBudget({.max_memory_bytes = 1000}, 300).decoder_bytes(), 700U);
  EXPECT_EQ(DecodeBudget({.max_memory_bytes = 1000}, 1001).decoder_bytes(), 0U);
}

TEST(DecodeBudgetTest, HoldsSidesAndPixelsBeforeAnythingIsAllocated) {
  DecodeBudget budget({}, 0);
  EXPECT_THAT([&] { budget.make_image(1'000'000'000'000, 1, 1); },
              testing::ThrowsMessage<std::runtime_error>(HasSubstr("16384 per side")));
  EXPECT_THAT([&] { budget.make_image(16384, 16384, 1); },
              testing::ThrowsMessage<std::runtime_error>(
                  AllOf(HasSubstr("16384 x 16384"), HasSubstr("the limit is 67108864"))));
}

// What cameras and phones write must be taken: 24 megapixels from a camera on its side, 48 from a
// phone.
TEST(DecodeBudgetTest, CameraPicturesAreAffordable) {
  DecodeBudget camera({}, 20u << 20);
  EXPECT_NO_THROW(camera.make_image(6000, 4000, 3));
  EXPECT_NO_THROW(camera.require_memory(std::uint64_t{6000} * 4000 * 3));
  DecodeBudget phone({}, 24u << 20);
  EXPECT_NO_THROW(phone.make_image(8000, 6000, 3));
}

TEST(DecodeBudgetTest, IsLateWhenItsTimeIsUp) {
  EXPECT_FALSE(DecodeBudget({.max_seconds = 60}, 0).is_late());
  DecodeBudget shared({.max_seconds = 60}, 0);
  EXPECT_TRUE(shared.is_late(60));
  shared.spend(60);
  EXPECT_TRUE(shared.is_late());
  const DecodeBudget spent({.max_seconds = 0}, 0);
  EXPECT_TRUE(spent.is_late());
  EXPECT_THAT([&] { spent.refuse_time(); }, testing::ThrowsMessage<std::runtime_error>(
                                                HasSubstr("too long to unpack, the limit is 0.0")));
}

}  // namespace
}  // namespace simdb
