#include <cstdint>
#include <span>
#include <string>

#include "tests/support/hostile_graphs.h"

namespace simdb::test {
namespace {

using Random = std::mt19937;

std::vector<std::byte> to_bytes(const std::string& text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 128; value >>= 7) text += static_cast<char>(value | 128);
  return text + static_cast<char>(value);
}

// A field of bytes that claims `length` of them.
std::string field(int number, std::uint64_t length, const std::string& content) {
  return varint(static_cast<std::uint64_t>(number) << 3 | 2) + varint(length) + content;
}

}  // namespace

std::vector<HostileModel> hostile_files(const std::string& whole) {
  return {
      {"a length of 2^63",
       [whole](Random& r) {
         const std::string lie = field(static_cast<int>(1 + r() % 25), (1ULL << 63) - r() % 3, "x");
         return to_bytes(r() % 2 == 0 ? lie + whole : whole + lie);
       }},
      {"a length of 10 GB",
       [](Random& r) { return to_bytes(field(7, 10ULL << 30, std::string(r() % 5000, 'x'))); }},
      {"a number without end",
       [](Random& r) { return to_bytes("\x08" + std::string(1 + r() % 5000, '\xff')); }},
      {"messages in messages",
       [](Random& r) {
         std::string inner;  // graph -> node -> attribute -> graph
         for (unsigned i = 0; i < 30 + r() % 20'000 && inner.size() < (8U << 20); ++i) {
           inner = field(1, 0, "").substr(0, 1) + varint(inner.size()) + inner;
           inner = field(5, inner.size(), inner);
           inner = field(6, inner.size(), inner);
         }
         return to_bytes(field(7, inner.size(), inner));
       }},
      {"groups in groups",
       [](Random& r) { return to_bytes(std::string(1 + r() % 100'000, '\x3b')); }},
      {"noise",
       [](Random& r) {
         std::string noise(r() % 5000, '\0');
         for (char& c : noise) c = static_cast<char>(r());
         return to_bytes(noise);
       }},
      {"two files in one",
       [whole](Random& r) {
         return to_bytes(whole + whole.substr(0, r() % 2 == 0 ? whole.size() : r() % whole.size()));
       }},
      {"bytes moved",
       [whole](Random& r) {
         std::string moved = whole;
         const std::size_t from = r() % moved.size();
         const std::string part = moved.substr(from, r() % 200);
         moved.erase(from, part.size());
         return to_bytes(moved.insert(r() % (moved.size() + 1), part));
       }},
  };
}

}  // namespace simdb::test
