#include "server/writer.h"

#include <gtest/gtest.h>

#include <future>

#include "simdb/image_codec.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"
#include "tests/support/temporary_folder.h"

namespace simdb::server {
namespace {

Addition addition(std::uint8_t red, const std::string& class_name, const std::string& key = {}) {
  Addition made;
  made.bytes = encode_png(test::solid_image(4, 4, {red, 0, 0}));
  made.image = source_image(made.bytes, "the image");
  made.image.source.clear();
  made.embedding.resize(16);
  made.embedding[red % 16] = 1;
  made.label = {.class_name = class_name, .key = key};
  return made;
}

class WriterTest : public testing::Test {
 protected:
  struct Result {
    AdditionResult result;
    std::exception_ptr failure;
  };
  using Pending = std::future<Result>;

  // Nothing is committed before release().
  void hold() {
    writer_.change(
        [this] {
          held_.set_value();
          gate_.get_future().wait();
        },
        [](const std::exception_ptr&) {});
    held_.get_future().wait();
  }
  void release() { gate_.set_value(); }

  Pending add(Addition addition) {
    auto promise = std::make_shared<std::promise<Result>>();
    EXPECT_TRUE(writer_.add(std::move(addition), [promise](const AdditionResult* result,
                                                           const std::exception_ptr& failure) {
      promise->set_value({result == nullptr ? AdditionResult{} : *result, failure});
    }));
    return promise->get_future();
  }

  const Gallery& gallery() { return database_.gallery(); }

  test::TemporaryFolder folder_;
  Database database_ = Database::create(folder_ / "database", VectorSpace{"drawn", 16});
  std::promise<void> held_;
  std::promise<void> gate_;
  int commits_ = 0;  // read after all is done
  Writer writer_{database_, ImageLimits{}, 8, [this] { ++commits_; }};
};

TEST_F(WriterTest, WhatWaitsSharesACommit) {
  hold();
  std::vector<Pending> pending;
  for (std::uint8_t i = 0; i < 5; ++i) pending.push_back(add(addition(i, "c")));
  release();
  std::vector<ItemId> ids;
  for (Pending& one : pending) {
    const Result done = one.get();
    EXPECT_FALSE(done.failure);
    ids.push_back(done.result.added.id);
  }
  EXPECT_EQ(gallery().items_of("c"), ids);
  std::promise<void> last;
  writer_.change([] {}, [&](const std::exception_ptr&) { last.set_value(); });
  last.get_future().wait();
  EXPECT_EQ(commits_, 3);  // the one that was held, all additions, the last
  EXPECT_EQ(gallery().changes(), 1U);
}

TEST_F(WriterTest, OneKeyGivenTwiceHarmsNobody) {
  hold();
  Pending first = add(addition(1, "c", "k"));
  Pending other = add(addition(2, "c", "l"));
  Pending second = add(addition(3, "d", "k"));
  release();
  EXPECT_FALSE(first.get().failure);
  EXPECT_FALSE(other.get().failure);
  const Result last = second.get();
  EXPECT_FALSE(last.failure);
  EXPECT_EQ(gallery().find_key("k"), last.result.added.id);
  EXPECT_EQ(gallery().stats().items, 2U);
}

TEST_F(WriterTest, TheSamePictureInOneCommitIsOneItem) {
  hold();
  Pending first = add(addition(1, "c"));
  Pending again = add(addition(1, "c"));
  Addition other_class = addition(1, "d");
  other_class.on_duplicate = OnDuplicate::kSkip;
  Pending skipped = add(std::move(other_class));
  release();
  const ItemId id = first.get().result.added.id;
  const Result second = again.get();
  EXPECT_EQ(second.result.added.id, id);
  const Result third = skipped.get();
  ASSERT_TRUE(third.result.duplicate);
  EXPECT_EQ(third.result.duplicate->item, id);
  EXPECT_TRUE(third.result.duplicate->is_left_out);
  EXPECT_EQ(third.result.added.id, ItemId{});
}

TEST_F(WriterTest, QueuesAreBounded) {
  hold();
  std::vector<Pending> pending;
  for (std::uint8_t i = 0; pending.size() < 8; ++i) pending.push_back(add(addition(i, "c")));
  EXPECT_FALSE(
      writer_.add(addition(99, "c"), [](const AdditionResult*, const std::exception_ptr&) {}));
  release();
  for (Pending& one : pending) EXPECT_FALSE(one.get().failure);
}

TEST_F(WriterTest, AChangeThatThrowsIsTold) {
  std::promise<std::exception_ptr> told;
  writer_.change([] { throw Error(ErrorCode::kNotFound, "no such class"); },
                 [&](const std::exception_ptr& failure) { told.set_value(failure); });
  const std::exception_ptr failure = told.get_future().get();
  ASSERT_TRUE(failure);
  EXPECT_EQ(test::error_of([&] { std::rethrow_exception(failure); }).code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace simdb::server
