#include "cli/train/available_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace simdb::cli {
namespace {

std::optional<std::uint64_t> number_in(const char* file) {
  std::ifstream text(file);
  std::uint64_t number = 0;
  if (text >> number) return number;
  return {};  // no such file, or "max"
}

std::optional<std::uint64_t> of_the_system() {
  std::ifstream text("/proc/meminfo");
  std::string name;
  std::uint64_t kilobytes = 0;
  std::string unit;
  while (text >> name >> kilobytes) {
    if (name == "MemAvailable:") return kilobytes << 10;
    std::getline(text, unit);
  }
  return {};
}

std::optional<std::uint64_t> of_the_group() {
  const auto most = number_in("/sys/fs/cgroup/memory.max");
  const auto used = number_in("/sys/fs/cgroup/memory.current");
  if (!most || !used) return {};
  return *most - std::min(*most, *used);
}

}  // namespace

std::optional<std::uint64_t> available_memory() {
  const auto system = of_the_system();
  const auto group = of_the_group();
  if (!system || !group) return system ? system : group;
  return std::min(*system, *group);
}

std::string format_memory(std::uint64_t bytes) {
  constexpr double kMega = 1e6;
  constexpr double kGiga = 1e9;
  const auto value = static_cast<double>(bytes);
  return value < kGiga ? fmt::format("{:.0f} MB", value / kMega)
                       : fmt::format("{:.1f} GB", value / kGiga);
}

}  // namespace simdb::cli
