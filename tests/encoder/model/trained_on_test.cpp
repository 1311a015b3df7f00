#include "encoder/model/trained_on.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace simdb {
namespace {

using Notes = std::map<std::string, std::string>;

std::vector<Sha256> digests(std::uint32_t count) {
  std::vector<Sha256> all;
  for (std::uint32_t i = 0; i < count; ++i) all.push_back(sha256(std::as_bytes(std::span(&i, 1))));
  return all;
}

TEST(TrainedOnTest, ANoteTellsWhatItWasMadeOf) {
  const std::vector<Sha256> all = digests(200);
  const std::vector<Sha256> some(all.begin(), all.begin() + 100);
  std::vector<Sha256> turned(some.rbegin(), some.rend());
  turned.push_back(some.front());
  const std::string note = trained_on_note(some);
  EXPECT_EQ(note, trained_on_note(turned));
  EXPECT_EQ(note.size(), 100U * 16);
  const TrainedOnImages images(Notes{{"trained_on", note}});
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(images.contains(all[i]), i < 100) << i;
}

TEST(TrainedOnTest, TwoNotesBecomeThatOfAllImages) {
  const std::vector<Sha256> all = digests(30);
  const std::string first = trained_on_note({all.begin(), all.begin() + 20});
  const std::string last = trained_on_note({all.begin() + 10, all.end()});
  EXPECT_EQ(join_trained_on(first, last), trained_on_note(all));
  EXPECT_EQ(join_trained_on("", last), last);
  EXPECT_EQ(join_trained_on(first, "no such note"), first);
  EXPECT_EQ(join_trained_on("", ""), "");
  EXPECT_EQ(join_trained_on(trained_on_note(digests(kMaxTrainedOn)), last).size(),
            kMaxTrainedOn * 16);
}

TEST(TrainedOnTest, IsBounded) {
  EXPECT_EQ(trained_on_note(digests(kMaxTrainedOn + 10)).size(), kMaxTrainedOn * 16);
}

TEST(TrainedOnTest, WhatIsNoSuchNoteTellsNothing) {
  for (const std::string note : {"", "0123456789abcde", "0123456789abcdeg", "-123456789abcdef"}) {
    EXPECT_EQ(TrainedOnImages(Notes{{"trained_on", note}}).size(), 0U) << note;
  }
  EXPECT_EQ(TrainedOnImages(Notes{{"trained_with", "0123456789abcdef"}}).size(), 0U);
}

}  // namespace
}  // namespace simdb
