// A process that works for long: memory, descriptors, threads and disk stay what they are, and so
// does the speed.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <chrono>
#include <cstring>
#include <new>

#include "tests/faults/soak_samples.h"
#include "tests/faults/victim.h"
#include "tests/support/embeddings.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

struct Soak {
  std::vector<SoakSample> samples;
  std::vector<double> seconds;  // between them
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Memory from the system, not from what the heap has to spare.
class Leak {
 public:
  explicit Leak(std::size_t bytes)
      : bytes_(bytes),
        memory_(
            ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    std::memset(memory_, 1, bytes_);
  }
  Leak(const Leak&) = delete;
  Leak& operator=(const Leak&) = delete;
  ~Leak() { ::munmap(memory_, bytes_); }

 private:
  std::size_t bytes_;
  void* memory_;
};

// Steps in rounds of an equal number, each with the same content at its end.
Soak soak(Victim& victim, std::uint64_t operations, std::size_t leak_bytes) {
  GalleryWork work(fault_run().seed);
  Soak result;
  std::vector<std::unique_ptr<Leak>> leaked;
  const std::uint64_t rounds = 40;
  EmbeddedGallery gallery(Store::open(store_path(victim.path()), StoreMode::kReadWrite),
                          victim.path());
  auto since = std::chrono::steady_clock::now();
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (std::uint64_t i = 0; i < operations / rounds;) {
      // An operation is an item added or removed, or a search.
      const std::uint64_t before = victim.expected.acknowledged;
      work.step(gallery, victim.expected, i % 3 == 0 ? Step::kSearch : Step::kAddBatch);
      if (victim.expected.items.size() > 6000) work.shrink(gallery, victim.expected, 5000);
      i += std::max<std::uint64_t>(1, victim.expected.acknowledged - before);
    }
    gallery.reindex();
    victim.expected.removed.clear();  // the test's own memory must not grow
    if (leak_bytes > 0) leaked.push_back(std::make_unique<Leak>(leak_bytes));
    const auto now = std::chrono::steady_clock::now();
    result.samples.push_back(soak_sample("self"));
    result.seconds.push_back(std::chrono::duration<double>(now - since).count());
    since = now;
  }
  return result;
}

TEST(SoakTest, NothingGrows) {
  const std::uint64_t operations = amount(20'000, 500'000, 1'000'000);
  Victim victim;
  const auto [samples, times] = soak(victim, operations, 0);
  const std::size_t quarter = samples.size() / 4;
  std::vector<double> early;
  std::vector<double> late;
  for (std::size_t i = quarter; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i].threads, samples[quarter].threads);
    EXPECT_LE(samples[i].descriptors, samples[quarter].descriptors + 4) << "logs come and go";
    (i < samples.size() / 2 ? early : late).push_back(times[i]);
  }
  const double grown = soak_growth(samples);
  const double slower = 100 * (median(late) / median(early) - 1);
  // In fewer operations RocksDB has not filled its buffers and caches yet.
  EXPECT_LT(grown, amount(100, 15, 5));
  if (fault_run().amount == Amount::kFull) {
    EXPECT_LT(slower, 20);
  }
  // What is stored: an embedding, a record, lists; see docs/file_formats.md.
  const double live = static_cast<double>(victim.expected.items.size()) * 400;
  const auto disk = static_cast<double>(disk_bytes(victim.path()));
  // RocksDB merges tables when there are four runs of them, so three full buffers may wait.
  EXPECT_LE(disk, 3 * live + (64 << 20));
  EXPECT_EQ(victim.look(), "");

  // A sanitizer's own memory makes a leak a smaller part.
  const std::uint64_t leak = amount(8, 1, 1);
  Victim leaking;
  EXPECT_GT(soak_growth(soak(leaking, 2'000, leak << 20).samples), 5)
      << "a leak would not be noticed";
  if (HasFailure()) return;
  record({"F18", grouped(operations) + " operations",
          "memory " + std::to_string(std::lround(grown)) + " %, time " +
              std::to_string(std::lround(slower)) + " %, threads " +
              grouped(samples.back().threads) + " all the time, disk " +
              std::to_string(std::lround(disk / (1 << 20))) + " MiB beside " +
              std::to_string(std::lround(live / (1 << 20))) + " MiB of what is live",
          "a leak of " + grouped(leak) + " MiB per round: noticed"});
}

}  // namespace
}  // namespace simdb::test
