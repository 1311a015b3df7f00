#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "database/kept_options_internal.h"
#include "simdb/error.h"
#include "tests/support/errors.h"
#include "tests/support/plain_gallery.h"

namespace simdb {
namespace {

using test::code_of;

TEST(KeptOptionsTest, ComeBackAsTheyWere) {
  Database database(std::make_unique<test::PlainGallery>(16));
  const auto expect = [&](std::size_t k, const VoteRule& rule) {
    const QueryOptions kept = database.kept_options();
    EXPECT_EQ(kept.k, k);
    EXPECT_EQ(kept.rule, rule);
  };
  expect(10, {0.07, 1});
  database.keep_options({.k = 3, .rule = {0.1, 1.0 / 3}, .accept_similarity = 0.9F});
  expect(3, {0.1, 1.0 / 3});
  EXPECT_EQ(database.kept_options().accept_similarity, QueryOptions{}.accept_similarity);
  EXPECT_EQ(database.gallery().setting("vote").substr(0, 20), "k=3 temperature=0.1 ");
  database.keep_options({});
  expect(10, {0.07, 1});
  EXPECT_EQ(database.gallery().setting("vote"), "");
}

TEST(KeptOptionsTest, WhatIsNoVoteIsRefused) {
  Database database(std::make_unique<test::PlainGallery>(16));
  for (const QueryOptions& options :
       {QueryOptions{.k = 0}, QueryOptions{.rule = {0, 1}}, QueryOptions{.rule = {-1, 1}},
        QueryOptions{.rule = {NAN, 1}}, QueryOptions{.rule = {INFINITY, 1}},
        QueryOptions{.rule = {0.07, -0.1}}, QueryOptions{.rule = {0.07, 1.1}},
        QueryOptions{.rule = {0.07, NAN}}}) {
    EXPECT_EQ(code_of([&] { database.keep_options(options); }), ErrorCode::kUsage);
  }
  for (const char* text :
       {"k=3", "k=0 temperature=1 size_exponent=1", "k=3 temperature=x size_exponent=1",
        "k=3 temperature=1 size_exponent=2", "k=-3 temperature=1 size_exponent=1", "nonsense"}) {
    database.gallery().set_setting("vote", text);
    EXPECT_EQ(code_of([&] { database.kept_options(); }), ErrorCode::kCorruption) << text;
  }
}

}  // namespace
}  // namespace simdb
