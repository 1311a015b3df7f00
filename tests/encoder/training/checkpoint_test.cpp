#include "encoder/training/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace simdb::training {
namespace {

using ::testing::HasSubstr;

Checkpoint example() {
  Checkpoint checkpoint;
  checkpoint.texts = {{"empty", ""}, {"sampler", std::string("1 2\0 3", 6)}};
  checkpoint.tensors["weights"] = torch::randn({2, 3, 3, 3});
  checkpoint.tensors["strided"] = torch::randn({4, 5}).t();
  checkpoint.tensors["steps"] = torch::tensor(std::int64_t{7});
  checkpoint.tensors["random"] = torch::randint(255, {100}).to(torch::kUInt8);
  checkpoint.tensors["nothing"] = torch::empty({0, 3}, torch::kFloat64);
  return checkpoint;
}

TEST(CheckpointTest, ComesBackBitForBit) {
  const Checkpoint written = example();
  const Checkpoint read = decode_checkpoint(encode_checkpoint(written), "file");
  EXPECT_EQ(read.texts, written.texts);
  ASSERT_EQ(read.tensors.size(), written.tensors.size());
  for (const auto& [name, tensor] : written.tensors) {
    EXPECT_TRUE(read.tensors.at(name).equal(tensor)) << name;
    EXPECT_EQ(read.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
  }
}

TEST(CheckpointTest, ATypeWithoutANumberIsRefused) {
  Checkpoint checkpoint;
  checkpoint.tensors["half"] = torch::ones({2}, torch::kFloat16);
  EXPECT_EQ(test::code_of([&] { encode_checkpoint(checkpoint); }), ErrorCode::kUsage);
}

TEST(CheckpointTest, EveryDamagedByteIsNoticed) {
  const auto bytes = encode_checkpoint(example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{0x10};
    ASSERT_EQ(test::code_of([&] { decode_checkpoint(damaged, "file"); }), ErrorCode::kBadInput)
        << "byte " << i;
  }
}

TEST(CheckpointTest, EveryCutIsNoticed) {
  const auto bytes = encode_checkpoint(example());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(test::code_of([&] { decode_checkpoint(std::span(bytes).first(size), "file"); }),
              ErrorCode::kBadInput)
        << size << " bytes";
  }
}

TEST(CheckpointTest, SaysWhatIsWrong) {
  const std::vector<std::byte> foreign(200, std::byte{'x'});
  const Error error = test::error_of([&] { decode_checkpoint(foreign, "a.checkpoint"); });
  EXPECT_THAT(error.what(), HasSubstr("'a.checkpoint'"));
  EXPECT_THAT(error.what(), HasSubstr("no checkpoint"));
  auto newer = encode_checkpoint(example());
  newer[15] = std::byte{2};
  EXPECT_THAT(test::error_of([&] { decode_checkpoint(newer, "f"); }).what(),
              HasSubstr("has version 2"));
}

}  // namespace
}  // namespace simdb::training
