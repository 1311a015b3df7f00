#include "encoder/training/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "simdb/digest.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::string_view kMagic = "simdb training\n";
constexpr std::size_t kMaxDimensions = 8;
// The numbers are the format's; never reuse one.
constexpr std::array<std::pair<std::uint32_t, torch::ScalarType>, 4> kTypes = {
    {{1, torch::kFloat32}, {2, torch::kFloat64}, {3, torch::kInt64}, {4, torch::kUInt8}}};

class Writer {
 public:
  void raw(const void* data, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  template <typename T>
  void number(T value) {
    raw(&value, sizeof(value));
  }
  void text(const std::string& value) {
    number(static_cast<std::uint64_t>(value.size()));
    raw(value.data(), value.size());
  }
  void tensor(const std::string& name, const torch::Tensor& value) {
    const auto* type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& known) {
      return known.second == value.scalar_type();
    });
    if (type == kTypes.end()) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("can't keep '{}' in a checkpoint: it has another type", name));
    }
    number(type->first);
    number(static_cast<std::uint32_t>(value.dim()));
    for (const std::int64_t side : value.sizes()) number(side);
    const torch::Tensor plain = value.detach().contiguous();
    raw(plain.data_ptr(), plain.nbytes());
  }

  std::vector<std::byte> finish() {
    const Sha256 digest = sha256(bytes_);
    raw(digest.data(), digest.size());
    return std::move(bytes_);
  }

 private:
  std::vector<std::byte> bytes_;
};

/// Every length is checked against what is left: the digest guards against chance, not against
/// somebody who computes it again.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& name) : rest_(bytes), name_(name) {}

  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(
        ErrorCode::kBadInput,
        fmt::format("can't go on with the training in '{}': {}; start again without --resume",
                    name_, why));
  }
  std::span<const std::byte> raw(std::uint64_t size) {
    if (size > rest_.size()) refuse("it ends too early");
    const auto part = rest_.first(size);
    rest_ = rest_.subspan(size);
    return part;
  }
  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, raw(sizeof(value)).data(), sizeof(value));
    return value;
  }
  std::string text() {
    const auto part = raw(number<std::uint64_t>());
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  torch::Tensor tensor() {
    const auto number_of_type = number<std::uint32_t>();
    const auto* type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& known) {
      return known.first == number_of_type;
    });
    const auto dimensions = number<std::uint32_t>();
    if (type == kTypes.end() || dimensions > kMaxDimensions) refuse("it holds an unknown tensor");
    std::vector<std::int64_t> sides;
    std::uint64_t count = 1;
    for (std::uint32_t i = 0; i < dimensions; ++i) {
      sides.push_back(number<std::int64_t>());
      if (sides.back() < 0 || static_cast<std::uint64_t>(sides.back()) > rest_.size()) {
        refuse("a tensor is larger than the file");
      }
      count *= static_cast<std::uint64_t>(sides.back());
      if (count > rest_.size()) refuse("a tensor is larger than the file");
    }
    torch::Tensor value = torch::empty(sides, type->second);
    const auto part = raw(value.nbytes());
    if (!part.empty()) std::memcpy(value.data_ptr(), part.data(), part.size());
    return value;
  }
  bool done() const noexcept { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  const std::string& name_;
};

}  // namespace

std::vector<std::byte> encode_checkpoint(const Checkpoint& checkpoint) {
  Writer writer;
  writer.raw(kMagic.data(), kMagic.size());
  writer.number(static_cast<std::uint32_t>(kCheckpointVersion));
  writer.number(static_cast<std::uint64_t>(checkpoint.texts.size()));
  for (const auto& [name, value] : checkpoint.texts) {
    writer.text(name);
    writer.text(value);
  }
  writer.number(static_cast<std::uint64_t>(checkpoint.tensors.size()));
  for (const auto& [name, value] : checkpoint.tensors) {
    writer.text(name);
    writer.tensor(name, value);
  }
  return writer.finish();
}

Checkpoint decode_checkpoint(std::span<const std::byte> bytes, const std::string& name) {
  constexpr std::size_t kDigest = sizeof(Sha256);
  Reader reader(bytes.first(bytes.size() - std::min(bytes.size(), kDigest)), name);
  const auto magic = reader.raw(kMagic.size());
  if (std::memcmp(magic.data(), kMagic.data(), kMagic.size()) != 0) {
    reader.refuse("it is no checkpoint of simdb train");
  }
  if (const auto version = reader.number<std::uint32_t>(); version != kCheckpointVersion) {
    reader.refuse(fmt::format("its format has version {}, and this simdb reads version {}", version,
                              kCheckpointVersion));
  }
  const Sha256 digest = sha256(bytes.first(bytes.size() - kDigest));
  if (std::memcmp(digest.data(), bytes.last(kDigest).data(), kDigest) != 0) {
    reader.refuse("it is damaged (its checksum differs)");
  }
  Checkpoint checkpoint;
  for (auto left = reader.number<std::uint64_t>(); left > 0; --left) {
    std::string key = reader.text();
    checkpoint.texts[std::move(key)] = reader.text();
  }
  for (auto left = reader.number<std::uint64_t>(); left > 0; --left) {
    std::string key = reader.text();
    checkpoint.tensors[std::move(key)] = reader.tensor();
  }
  if (!reader.done()) reader.refuse("there are bytes after its end");
  return checkpoint;
}

}  // namespace simdb::training
