#include "postgres/change_signal.h"

#include <gtest/gtest.h>

#include <thread>

#include "postgres/postgres_gallery.h"
#include "tests/postgres/server.h"
#include "tests/support/embeddings.h"
#include "tests/support/stores.h"

namespace simdb::test {
namespace {

using namespace std::chrono_literals;

class ChangeSignalTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (IsSkipped()) return;
    gallery = PostgresGallery::create(address, small_identity());
  }
  void change(Gallery& changed) {
    changed.add(std::vector{numbered_item(++items, "a")}, corner_embeddings(1, items));
  }
  static std::chrono::nanoseconds time_of_wait(ChangeSignal& signal,
                                               std::chrono::milliseconds longest) {
    const auto began = std::chrono::steady_clock::now();
    signal.wait(longest);
    return std::chrono::steady_clock::now() - began;
  }
  // Until it hears what others do.
  void connect(ChangeSignal& signal) {
    for (int tries = 0; tries < 20; ++tries) {
      change(*gallery);
      if (time_of_wait(signal, 1s) < 1s) return;
    }
    ADD_FAILURE() << "it does not hear of changes";
  }

  std::unique_ptr<PostgresGallery> gallery;
  std::uint64_t items = 0;
};

TEST_F(ChangeSignalTest, EndsTheWaitAtAChange) {
  ChangeSignal signal(address);
  EXPECT_GE(time_of_wait(signal, 20ms), 20ms);
  change(*gallery);
  EXPECT_LT(time_of_wait(signal, 60s), 30s) << "one that was made before the call";
  EXPECT_GE(time_of_wait(signal, 20ms), 20ms) << "it was told of";
  const std::jthread writer([&] {
    std::this_thread::sleep_for(20ms);
    change(*gallery);
  });
  EXPECT_LT(time_of_wait(signal, 60s), 30s);
}

TEST_F(ChangeSignalTest, SleepsThroughChangesOfOthers) {
  const auto other = PostgresGallery::create(PostgresServer::new_address(), small_identity());
  ChangeSignal signal(address);
  signal.wait(1ms);
  change(*other);
  EXPECT_GE(time_of_wait(signal, 100ms), 100ms);
}

TEST_F(ChangeSignalTest, IsOnlyAPauseWhereNothingIsTold) {
  ChangeSignal signal({"host=/nowhere", address.schema});
  EXPECT_GE(time_of_wait(signal, 20ms), 20ms);
  EXPECT_GE(time_of_wait(signal, 20ms), 20ms);
}

TEST_F(ChangeSignalTest, ListensAgainAfterTheServerDied) {
  ChangeSignal signal(address);
  connect(signal);
  PostgresServer::shared()->command("kill");
  connect(signal);
}

}  // namespace
}  // namespace simdb::test
