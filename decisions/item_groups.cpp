#include "decisions/item_groups.h"

#include <bit>
#include <string_view>
#include <unordered_map>

#include "decisions/joined_rows.h"

namespace simdb {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT: bytes as a key
}

// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (2014); every input bit
// changes every output bit.
std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

std::uint64_t mixed(std::uint64_t key, std::uint64_t more) noexcept {
  return mixed(key + 0x9e3779b97f4a7c15U + more);
}

}  // namespace

std::vector<std::uint32_t> group_items(std::span<const GroupedItem> items,
                                       const EmbeddingBatch& embeddings) {
  JoinedRows groups(items.size());
  using Seen = std::unordered_map<std::string_view, std::uint32_t>;
  Seen digests;
  Seen rows;
  Seen names;
  const auto join = [&](Seen& seen, std::string_view what, std::uint32_t i) {
    const auto [before, is_new] = seen.try_emplace(what, i);
    if (!is_new) groups.join(before->second, i);
  };
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    const GroupedItem& item = items[i];
    if (item.digest != Sha256{}) join(digests, text_of(std::as_bytes(std::span(item.digest))), i);
    join(rows, text_of(std::as_bytes(embeddings.row(i))), i);
    if (!item.group.empty()) join(names, item.group, i);
  }
  std::vector<std::uint32_t> numbers(items.size());
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    const std::size_t root = groups.root(i);
    numbers[i] = root == i ? count++ : numbers[root];
  }
  return numbers;
}

std::uint64_t content_key(const Sha256& digest, std::span<const float> embedding) noexcept {
  std::uint64_t key = 0;
  if (digest != Sha256{}) {
    for (const std::uint8_t byte : digest) key = mixed(key, byte);
    return key;
  }
  for (const float value : embedding) key = mixed(key, std::bit_cast<std::uint32_t>(value));
  return key;
}

std::uint64_t mixed_key(std::uint64_t number) noexcept { return mixed(0, number); }

std::uint64_t text_key(std::string_view text) noexcept {
  std::uint64_t key = text.size();
  for (const char c : text) key = mixed(key, static_cast<unsigned char>(c));
  return key;
}

}  // namespace simdb
