#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace simdb::test {

/// What a process holds.
struct SoakSample {
  double resident_mib = 0;
  std::size_t descriptors = 0;
  std::size_t threads = 0;
};

/// Of a process that /proc knows as `process`: "self", or its number. RocksDB's tables come and go
/// and are no part of the descriptors.
inline SoakSample soak_sample(const std::string& process) {
  namespace fs = std::filesystem;
  const fs::path folder = "/proc/" + process;
  SoakSample sample;
  std::error_code closed_meanwhile;
  for (const auto& entry : fs::directory_iterator(folder / "fd")) {
    if (fs::read_symlink(entry, closed_meanwhile).extension() != ".sst") ++sample.descriptors;
  }
  sample.threads = static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder / "task"), fs::directory_iterator()));
  std::ifstream statm(folder / "statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  sample.resident_mib =
      static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
  return sample;
}

/// How much larger the largest memory of the second half is than that of the first, in percent. It
/// goes up and down with what RocksDB has not yet written into a table, up to 64 MiB; a quarter of
/// the samples is left out: it warms up.
inline double soak_growth(std::span<const SoakSample> samples) {
  const std::span measured = samples.subspan(samples.size() / 4);
  const std::size_t half = measured.size() / 2;
  const auto largest = [](std::span<const SoakSample> part) {
    return std::ranges::max_element(part, {}, &SoakSample::resident_mib)->resident_mib;
  };
  return 100 * (largest(measured.subspan(half)) / largest(measured.first(half)) - 1);
}

}  // namespace simdb::test
