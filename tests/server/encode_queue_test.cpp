#include "server/encode_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <thread>

#include "simdb/error.h"
#include "tests/support/fake_encoder.h"

namespace simdb::server {
namespace {

// Fails on all images if one has no pixels, as networks do; waits until it is let go.
class GatedEncoder final : public ImageEncoder {
 public:
  EmbeddingBatch encode(std::span<const Image> images) const override {
    std::unique_lock lock(mutex_);
    sizes.push_back(images.size());
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
    lock.unlock();
    return fake_.encode(images);
  }
  std::size_t dimension() const noexcept override { return fake_.dimension(); }
  const std::string& fingerprint() const noexcept override { return fake_.fingerprint(); }

  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void wait_for_calls(std::size_t calls) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sizes.size() >= calls; });
  }

  mutable std::vector<std::size_t> sizes;

 private:
  test::FakeEncoder fake_{{}, 16};
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool is_open_ = false;
};

struct Outcomes {
  std::atomic<int> encoded = 0;
  std::atomic<int> wrong = 0;
  std::atomic<int> failed = 0;

  EncodeQueue::Done expecting(const Image& image) {
    return [this, image](const Embedding* embedding, const std::exception_ptr& failure) {
      if (embedding == nullptr) {
        EXPECT_TRUE(failure);
        ++failed;
        return;
      }
      ++encoded;
      const auto expected = test::FakeEncoder({}, 16).encode(std::span(&image, 1)).at(0);
      if (!std::ranges::equal(embedding->values(), expected.values())) ++wrong;
    };
  }
};

TEST(EncodeQueueTest, EncodesTogetherWhatCameMeanwhile) {
  GatedEncoder encoder;
  Outcomes outcomes;
  {
    auto workers = std::make_unique<WorkerPool>(1, 10);
    EncodeQueue queue([&]() -> const ImageEncoder& { return encoder; }, *workers);
    const auto put = [&](std::uint8_t brightness) {
      const Image image = test::grey_image(brightness);
      queue.encode(image, outcomes.expecting(image));
    };
    put(0);
    encoder.wait_for_calls(1);
    for (int i = 1; i <= 70; ++i) put(static_cast<std::uint8_t>(3 * i));
    encoder.open();
    workers.reset();  // does what waits
  }
  EXPECT_EQ(encoder.sizes, (std::vector<std::size_t>{1, 64, 6}));
  EXPECT_EQ(outcomes.encoded, 71);
  EXPECT_EQ(outcomes.wrong, 0) << "each gets its own";
}

TEST(EncodeQueueTest, LetsAnImageFailAlone) {
  GatedEncoder encoder;
  Outcomes outcomes;
  {
    auto workers = std::make_unique<WorkerPool>(1, 10);
    EncodeQueue queue([&]() -> const ImageEncoder& { return encoder; }, *workers);
    queue.encode(test::grey_image(1), outcomes.expecting(test::grey_image(1)));
    encoder.wait_for_calls(1);
    for (int i = 0; i < 10; ++i) {
      const Image image = i == 4 ? Image{} : test::grey_image(static_cast<std::uint8_t>(20 * i));
      queue.encode(image, outcomes.expecting(image));
    }
    encoder.open();
    workers.reset();  // does what waits
  }
  EXPECT_EQ(outcomes.encoded, 10);
  EXPECT_EQ(outcomes.failed, 1);
  EXPECT_EQ(outcomes.wrong, 0);
}

TEST(EncodeQueueTest, TellsEachThatThereIsNoEncoder) {
  Outcomes outcomes;
  {
    auto workers = std::make_unique<WorkerPool>(2, 10);
    EncodeQueue queue(
        []() -> const ImageEncoder& { throw Error(ErrorCode::kUsage, "there is none"); }, *workers);
    for (int i = 0; i < 20; ++i) queue.encode(test::grey_image(1), outcomes.expecting({}));
    workers.reset();
  }
  EXPECT_EQ(outcomes.failed, 20);
}

TEST(EncodeQueueTest, LosesNothingOfManyThreads) {
  GatedEncoder encoder;
  encoder.open();
  Outcomes outcomes;
  {
    auto workers = std::make_unique<WorkerPool>(3, 1);
    EncodeQueue queue([&]() -> const ImageEncoder& { return encoder; }, *workers);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 250; ++i) {
          const Image image = test::grey_image(static_cast<std::uint8_t>(i % 64 * 4 + t));
          queue.encode(image, outcomes.expecting(image));
        }
      });
    }
    threads.clear();
    workers.reset();
  }
  EXPECT_EQ(outcomes.encoded, 1'000);
  EXPECT_EQ(outcomes.wrong, 0);
}

}  // namespace
}  // namespace simdb::server
