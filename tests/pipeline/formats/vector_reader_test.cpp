#include "pipeline/formats/vector_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <sstream>

#include "simdb/error.h"

namespace simdb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename T>
std::string bytes_of(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(std::data(values)), values.size() * sizeof(T)};
}

std::string fvec(std::initializer_list<float> values) {
  return bytes_of({static_cast<std::int32_t>(values.size())}) + bytes_of(values);
}

struct Outcome {
  std::vector<std::vector<float>> rows;
  std::vector<std::string> names;
  std::vector<std::string> refused;
};

Outcome read(const std::string& bytes, const std::string& name) {
  std::istringstream in(bytes);
  Outcome outcome;
  VectorReader reader(in, name, 3);
  std::vector<float> row;
  for (;;) {
    try {
      if (!reader.next(row)) return outcome;
      outcome.rows.push_back(row);
      outcome.names.push_back(reader.row_name());
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ErrorCode::kBadInput);
      outcome.refused.emplace_back(e.what());
    }
  }
}

TEST(VectorReaderTest, ReadsAllForms) {
  const std::string matrix =
      npy_header("<f4", std::array<std::size_t, 2>{2, 3}) + bytes_of<float>({1, 2, 3, 4, 5, 6});
  const std::string lines = "[1, 2, 3]\r\n\n  \n{\"path\": \"a.png\", \"vector\": [4, 5.0, 6e0]}";
  for (const auto& [name, bytes] : {std::pair{"a.npy", matrix},
                                    {"a.fvecs", fvec({1, 2, 3}) + fvec({4, 5, 6})},
                                    {"a.jsonl", lines},
                                    {"-", lines + "\n"}}) {
    const Outcome outcome = read(bytes, name);
    EXPECT_THAT(outcome.rows, ElementsAre(ElementsAre(1, 2, 3), ElementsAre(4, 5, 6))) << name;
    EXPECT_THAT(outcome.names, ElementsAre(std::string(name) + ":0", std::string(name) + ":1"));
    EXPECT_TRUE(outcome.refused.empty());
  }
  EXPECT_TRUE(read("", "a.fvecs").rows.empty());
  EXPECT_TRUE(read("\n", "a.jsonl").rows.empty());
}

TEST(VectorReaderTest, ABadLineIsLeftOut) {
  const Outcome outcome =
      read("[1, 2]\n[1, 2, 3]\nnonsense\n{\"vector\": 1}\n[1, \"a\", 2]\n[[1], 2, 3]\n[4, 5, 6]",
           "a.jsonl");
  EXPECT_THAT(outcome.names, ElementsAre("a.jsonl:1", "a.jsonl:6"));
  ASSERT_EQ(outcome.refused.size(), 5U);
  EXPECT_THAT(outcome.refused[0], HasSubstr("a.jsonl:0: it has 2 numbers, those of the database"));
  EXPECT_THAT(outcome.refused[1], HasSubstr("a.jsonl:2: it is no JSON array"));
  EXPECT_THAT(read(std::string(2 << 20, '['), "a").refused, ElementsAre(HasSubstr("1 MB")));
}

TEST(VectorReaderTest, WhatEndsTooSoonIsRefusedAfterWhatIsGood) {
  const std::string two = fvec({1, 2, 3}) + fvec({4, 5, 6});
  for (const std::size_t cut : {1U, 5U, 13U, 15U}) {
    const Outcome outcome = read(two.substr(0, two.size() - cut), "a.fvecs");
    EXPECT_THAT(outcome.rows, ElementsAre(ElementsAre(1, 2, 3))) << cut;
    EXPECT_THAT(outcome.refused, ElementsAre(HasSubstr("a.fvecs:1: the file ends within it")));
  }
  for (const std::int32_t count : {-1, 0, 4, 1 << 30}) {
    const Outcome outcome = read(fvec({1, 2, 3}) + bytes_of({count}) + fvec({1, 2, 3}), "a.fvecs");
    EXPECT_EQ(outcome.rows.size(), 1U);
    EXPECT_THAT(outcome.refused, ElementsAre(HasSubstr("those of the database have 3")));
  }
  const Outcome matrix = read(
      npy_header("<f4", std::array<std::size_t, 2>{3, 3}) + bytes_of<float>({1, 2, 3, 4}), "a.npy");
  EXPECT_EQ(matrix.rows.size(), 1U);
  EXPECT_THAT(matrix.refused, ElementsAre(HasSubstr("ends within row 1")));
}

TEST(VectorReaderTest, AnArrayOfAnotherWidthIsRefusedAtOnce) {
  std::istringstream in(npy_header("<f4", std::array<std::size_t, 2>{9, 4}));
  EXPECT_THROW(VectorReader(in, "a.npy", 3), Error);
}

}  // namespace
}  // namespace simdb
