#include "server/backup_streams.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <random>

#include "simdb/backup.h"
#include "simdb/error.h"
#include "tests/server/toy_server.h"
#include "tests/support/embeddings.h"
#include "tests/support/plain_gallery.h"
#include "tests/support/temporary_folder.h"

namespace simdb::server {
namespace {

// A gallery whose backup is endless, or fails after some pieces, and that counts them.
class EndlessGallery final : public test::PlainGallery {
 public:
  explicit EndlessGallery(std::size_t fail_after = SIZE_MAX)
      : test::PlainGallery(16), fail_after_(fail_after) {}
  BackupReport back_up(const ByteSink& sink, const std::function<void()>& check) const override {
    const std::vector<std::byte> some(100'000);
    for (std::size_t i = 0; i < fail_after_; ++i, ++pieces) {
      check();
      sink(some);
    }
    throw Error(ErrorCode::kCorruption, "the store is damaged");
  }
  mutable std::atomic<std::size_t> pieces = 0;

 private:
  const std::size_t fail_after_;
};

class BackupStreamsTest : public testing::Test {
 protected:
  void open(std::size_t fail_after = SIZE_MAX) {
    auto gallery = std::make_unique<EndlessGallery>(fail_after);
    gallery_ = gallery.get();
    database_ = std::make_unique<Database>(std::move(gallery));
    streams_ = std::make_unique<BackupStreams>(*database_,
                                               [this](const std::exception_ptr&) { ++failures_; });
  }
  std::shared_ptr<BodyStream> begun() {
    std::promise<std::shared_ptr<BodyStream>> stream;
    EXPECT_TRUE(streams_->start([&](std::shared_ptr<BodyStream> made, const std::exception_ptr&) {
      stream.set_value(std::move(made));
    }));
    return stream.get_future().get();
  }
  // The next piece; nothing if the stream is broken off.
  static std::optional<std::string> next(BodyStream& stream) {
    auto piece = std::make_shared<std::promise<std::string>>();
    auto future = piece->get_future();
    stream.next(
        [piece = std::move(piece)](std::string text) { piece->set_value(std::move(text)); });
    try {
      return future.get();
    } catch (const std::future_error&) {
      return std::nullopt;
    }
  }

  EndlessGallery* gallery_ = nullptr;
  std::unique_ptr<Database> database_;
  std::atomic<int> failures_ = 0;
  std::unique_ptr<BackupStreams> streams_;
};

TEST_F(BackupStreamsTest, GoesOnAsItsClientReads) {
  open();
  const auto stream = begun();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const std::size_t ahead = gallery_->pieces;
  EXPECT_LE(ahead, 10U) << "a megabyte ahead of who does not read";
  for (int i = 0; i < 20; ++i) EXPECT_GE(next(*stream)->size(), 100'000U);
  EXPECT_GT(gallery_->pieces, ahead + 20);
}

TEST_F(BackupStreamsTest, EndsWhenItsClientIsGone) {
  open();
  auto first = begun();
  const auto second = begun();
  EXPECT_FALSE(streams_->start([](auto, auto) {})) << "two at a time";
  first.reset();
  EXPECT_TRUE(comes_true([&] { return streams_->start([](auto, auto) {}); }));
}

TEST_F(BackupStreamsTest, IsBrokenOffWhenTheServerStops) {
  open();
  const auto stream = begun();
  ASSERT_TRUE(next(*stream));
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    streams_->stop();
  });
  while (const auto piece = next(*stream)) EXPECT_NE(*piece, "") << "a part passes for the whole";
  EXPECT_FALSE(streams_->start([](auto, auto) {}));
  streams_.reset();  // while the stream lives
  EXPECT_EQ(failures_, 0);
}

TEST_F(BackupStreamsTest, WhatFailsOnTheWayHasNoEnd) {
  open(20);
  const auto stream = begun();
  while (const auto piece = next(*stream)) EXPECT_NE(*piece, "");
  EXPECT_TRUE(comes_true([&] { return failures_ == 1; }));
  open(0);
  std::promise<bool> failed;
  ASSERT_TRUE(streams_->start(
      [&](const std::shared_ptr<BodyStream>& made, const std::exception_ptr& failure) {
        failed.set_value(made == nullptr && failure != nullptr);
      }));
  EXPECT_TRUE(failed.get_future().get()) << "before the first byte: an answer says so";
}

}  // namespace
}  // namespace simdb::server
