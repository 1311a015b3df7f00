#include "encoder/model/trained_on.h"

#include <algorithm>
#include <charconv>
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

}  // namespace

std::string trained_on_note(std::vector<Sha256> digests) {
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  digests.resize(std::min(digests.size(), kMaxTrainedOn));
  std::string note;
  for (const Sha256& digest : digests) note += to_hex(std::span(digest).first(kPrefixBytes));
  return note;
}

TrainedOnImages::TrainedOnImages(const std::map<std::string, std::string>& notes) {
  const auto note = notes.find(std::string(kTrainedOnNote));
  if (note == notes.end() || note->second.size() % kPrefixDigits != 0) return;
  const std::span<const char> digits = note->second;
  for (std::size_t at = 0; at < digits.size(); at += kPrefixDigits) {
    const std::span<const char> some = digits.subspan(at, kPrefixDigits);
    std::uint64_t prefix = 0;
    const char* const end = some.data() + some.size();
    const auto read = std::from_chars(some.data(), end, prefix, 16);
    if (read.ec != std::errc() || read.ptr != end) {
      prefixes_.clear();
      return;
    }
    prefixes_.push_back(prefix);
  }
  std::sort(prefixes_.begin(), prefixes_.end());
}

bool TrainedOnImages::contains(const Sha256& digest) const {
  return std::binary_search(prefixes_.begin(), prefixes_.end(), prefix_of(digest));
}

}  // namespace simdb
