// A process that works for long: memory, descriptors, threads and disk stay what they are, and so
// does the speed.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <new>

#include "tests/faults/victim.h"
#include "tests/support/embeddings.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;

struct Sample {
  double resident_mib = 0;
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  double seconds = 0;  // for the operations since the last sample
};

std::size_t entries_of(const char* folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

Sample sample(std::chrono::steady_clock::time_point& since) {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  const auto now = std::chrono::steady_clock::now();
  const Sample result{
      static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20),
      entries_of("/proc/self/fd"), entries_of("/proc/self/task"),
      std::chrono::duration<double>(now - since).count()};
  since = now;
  return result;
}

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
std::vector<Sample> soak(Victim& victim, std::uint64_t operations, std::size_t leak_bytes) {
  GalleryWork work(fault_run().seed);
  std::vector<Sample> samples;
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
    samples.push_back(sample(since));
  }
  return samples;
}

// How much larger the largest memory of the second half is than that of the first, in percent. It
// goes up and down with what RocksDB has not yet written into a table, up to 64 MiB; a quarter of
// the samples is left out: it warms up.
double growth(const std::vector<Sample>& samples) {
  const std::size_t quarter = samples.size() / 4;
  double early = 0;
  double late = 0;
  for (std::size_t i = quarter; i < samples.size(); ++i) {
    double& largest = i - quarter < (samples.size() - quarter) / 2 ? early : late;
    largest = std::max(largest, samples[i].resident_mib);
  }
  return 100 * (late / early - 1);
}

TEST(SoakTest, NothingGrows) {
  const std::uint64_t operations = amount(20'000, 500'000, 1'000'000);
  Victim victim;
  const std::vector<Sample> samples = soak(victim, operations, 0);
  const std::size_t quarter = samples.size() / 4;
  std::vector<double> early;
  std::vector<double> late;
  for (std::size_t i = quarter; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i].threads, samples[quarter].threads);
    EXPECT_LE(samples[i].descriptors, samples[quarter].descriptors + 60) << "tables come and go";
    (i < samples.size() / 2 ? early : late).push_back(samples[i].seconds);
  }
  const double grown = growth(samples);
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
  EXPECT_GT(growth(soak(leaking, 2'000, leak << 20)), 5) << "a leak would not be noticed";
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
