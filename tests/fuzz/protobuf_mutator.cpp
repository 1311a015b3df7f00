#include "tests/fuzz/protobuf_mutator.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// libFuzzer's own mutations.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace simdb::fuzz {
namespace {

constexpr int kMostDepth = 12;

enum WireType : unsigned { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
  std::uint64_t number = 0;
  unsigned type = kVarint;
  std::uint64_t varint = 0;
  std::string bytes = {};            // of the other types, unless it is a message
  std::vector<Field> children = {};  // of kBytes that read as a message
};

std::optional<std::uint64_t> take_varint(std::string_view& text) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !text.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

void put_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::optional<std::vector<Field>> read_message(std::string_view text, int depth) {
  std::vector<Field> fields;
  while (!text.empty()) {
    const auto key = take_varint(text);
    if (!key || *key < 8) return std::nullopt;
    Field& field = fields.emplace_back(Field{.number = *key >> 3, .type = unsigned(*key & 7)});
    std::uint64_t length = 0;
    if (field.type == kVarint || field.type == kBytes) {
      const auto value = take_varint(text);
      if (!value) return std::nullopt;
      (field.type == kVarint ? field.varint : length) = *value;
    } else if (field.type == kFixed64 || field.type == kFixed32) {
      length = field.type == kFixed64 ? 8 : 4;
    } else {
      return std::nullopt;
    }
    if (length > text.size()) return std::nullopt;
    field.bytes = text.substr(0, length);
    text.remove_prefix(length);
    if (field.type != kBytes || length == 0 || depth == kMostDepth) continue;
    if (auto children = read_message(field.bytes, depth + 1)) {
      field.children = std::move(*children);
      field.bytes.clear();
    }
  }
  return fields;
}

std::string write_message(const std::vector<Field>& fields) {
  std::string out;
  for (const Field& field : fields) {
    put_varint(field.number << 3 | field.type, out);
    if (field.type == kVarint) {
      put_varint(field.varint, out);
      continue;
    }
    const std::string& bytes = field.children.empty() ? field.bytes : write_message(field.children);
    if (field.type == kBytes) put_varint(bytes.size(), out);
    out += bytes;
  }
  return out;
}

// Where a field is: a message and a place in it.
struct Place {
  std::vector<Field>* message;
  std::size_t at;
  Field& field() const { return (*message)[at]; }
};

void list_places(std::vector<Field>& message, std::vector<Place>& places) {
  for (std::size_t i = 0; i < message.size(); ++i) {
    places.push_back({&message, i});
    list_places(message[i].children, places);
  }
}

class Mutation {
 public:
  explicit Mutation(unsigned seed) : random_(seed) {}

  bool one_in(unsigned count) { return random_() % count == 0; }

  void apply(std::vector<Field>& message, std::size_t room) {
    std::vector<Place> places;
    list_places(message, places);
    const Place place = places[random_() % places.size()];
    const Field other = places[random_() % places.size()].field();
    auto& siblings = *place.message;
    switch (random_() % 8) {
      case 0:
        siblings.erase(siblings.begin() + static_cast<std::ptrdiff_t>(place.at));
        break;
      case 1:
        siblings.insert(siblings.begin() + static_cast<std::ptrdiff_t>(place.at),
                        Field(place.field()));
        break;
      case 2:
        std::swap(place.field(), siblings[random_() % siblings.size()]);
        break;
      case 3:  // one name for two tensors, a tensor for an attribute, ...
        place.field() = {place.field().number, other.type, other.varint, other.bytes,
                         other.children};
        break;
      case 4:
        place.field().number = 1 + random_() % 30;
        break;
      default:
        change_value(place.field(), room);
    }
  }

 private:
  void change_value(Field& field, std::size_t room) {
    if (field.type == kVarint) {
      static constexpr std::uint64_t kValues[] = {
          0,        1,   2,         3,   7, 11, 16, 127, 255, 1U << 16, (1U << 31) - 1,
          1U << 31, ~0U, ~0UL >> 1, ~0UL};
      field.varint =
          one_in(2) ? kValues[random_() % std::size(kValues)] : field.varint + random_() % 17 - 8;
      return;
    }
    if (!field.children.empty()) return;
    std::string bytes = field.bytes;
    const bool fixed = field.type != kBytes;
    const std::size_t most = fixed ? bytes.size() : bytes.size() + std::min<std::size_t>(room, 64);
    if (most == 0) return;
    bytes.resize(most);
    const std::size_t size =
        LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), field.bytes.size(), most);
    if (!fixed) bytes.resize(size);
    field.bytes = bytes;
  }

  std::minstd_rand random_;
};

}  // namespace

std::size_t mutate_protobuf(std::uint8_t* data, std::size_t size, std::size_t max_size,
                            unsigned seed) {
  Mutation mutation(seed);
  auto message = read_message({reinterpret_cast<const char*>(data), size}, 0);
  if (!message || message->empty() || mutation.one_in(20)) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  mutation.apply(*message, max_size - size);
  const std::string mutant = write_message(*message);
  if (mutant.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::ranges::copy(mutant, data);
  return mutant.size();
}

}  // namespace simdb::fuzz
