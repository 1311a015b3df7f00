#include "tests/fuzz/fuzz_support.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace simdb::fuzz {
namespace {

// Messages are for people: one that quotes its whole input fills a screen or a log.
constexpr std::size_t kMostMessageBytes = 4096;

}  // namespace

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void require_documented(const Error& error, std::initializer_list<ErrorCode> documented) {
  const std::string_view message = error.what();
  if (std::ranges::find(documented, error.code()) == documented.end()) {
    std::fprintf(stderr, "code %d, message '%s'\n", static_cast<int>(error.code()), error.what());
    require(false, "an error has a code that the header tells of");
  }
  require(!message.empty() && message.size() <= kMostMessageBytes,
          "an error's message has 1 to 4096 bytes");
}

std::uint64_t Fields::number(std::size_t count) {
  std::uint64_t value = 0;
  const auto taken = bytes(count);
  for (std::size_t i = taken.size(); i > 0; --i) {
    value = value << 8 | std::to_integer<std::uint64_t>(taken[i - 1]);
  }
  return value;
}

std::span<const std::byte> Fields::bytes(std::size_t count) {
  const auto taken = bytes_.first(std::min(count, bytes_.size()));
  bytes_ = bytes_.subspan(taken.size());
  return taken;
}

std::string Fields::text() { return text_of(bytes(number(1))); }

void InputOnDisk::write(std::span<const std::byte> bytes) const {
  std::filesystem::remove(path_);
  std::ofstream file(path_, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  require(static_cast<bool>(file.flush()), "the disk takes a small file");
}

}  // namespace simdb::fuzz
