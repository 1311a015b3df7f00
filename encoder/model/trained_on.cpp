#include "encoder/model/trained_on.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <span>

namespace simdb {
namespace {

constexpr std::size_t kPrefixBytes = 8;
constexpr std::size_t kPrefixDigits = 2 * kPrefixBytes;

std::uint64_t prefix_of(const Sha256& digest) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < kPrefixBytes; ++i) prefix = prefix << 8 | digest[i];
  return prefix;
}

/// The other way round.
std::array<std::uint8_t, kPrefixBytes> bytes_of(std::uint64_t prefix) {
  std::array<std::uint8_t, kPrefixBytes> bytes;
  for (std::size_t i = kPrefixBytes; i-- > 0; prefix >>= 8) {
    bytes[i] = static_cast<std::uint8_t>(prefix);
  }
  return bytes;
}

/// In ascending order; none of what is no such note.
std::vector<std::uint64_t> prefixes_in(const std::string& note) {
  if (note.size() % kPrefixDigits != 0) return {};
  std::vector<std::uint64_t> prefixes;
  const std::span<const char> digits = note;
  for (std::size_t at = 0; at < digits.size(); at += kPrefixDigits) {
    const std::span<const char> some = digits.subspan(at, kPrefixDigits);
    std::uint64_t prefix = 0;
    const char* const end = some.data() + some.size();
    const auto read = std::from_chars(some.data(), end, prefix, 16);
    if (read.ec != std::errc() || read.ptr != end) return {};
    prefixes.push_back(prefix);
  }
  std::sort(prefixes.begin(), prefixes.end());
  return prefixes;
}

}  // namespace

std::string trained_on_note(std::vector<Sha256> digests) {
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  digests.resize(std::min(digests.size(), kMaxTrainedOn));
  std::string note;
  for (const Sha256& digest : digests) note += to_hex(std::span(digest).first(kPrefixBytes));
  return note;
}

std::string join_trained_on(const std::string& one, const std::string& other) {
  const std::vector<std::uint64_t> ours = prefixes_in(one);
  const std::vector<std::uint64_t> theirs = prefixes_in(other);
  std::vector<std::uint64_t> all;
  std::set_union(ours.begin(), ours.end(), theirs.begin(), theirs.end(), std::back_inserter(all));
  all.resize(std::min(all.size(), kMaxTrainedOn));
  std::string note;
  for (const std::uint64_t prefix : all) note += to_hex(bytes_of(prefix));
  return note;
}

TrainedOnImages::TrainedOnImages(const std::map<std::string, std::string>& notes) {
  const auto note = notes.find(std::string(kTrainedOnNote));
  if (note != notes.end()) prefixes_ = prefixes_in(note->second);
}

bool TrainedOnImages::contains(const Sha256& digest) const {
  return std::binary_search(prefixes_.begin(), prefixes_.end(), prefix_of(digest));
}

}  // namespace simdb
