#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "storage/rocksdb_status_internal.h"
#include "storage/rocksdb_table_check_internal.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

// The end of a block-based table of format version 1 to 5: the type of checksum (1), two handles
// of blocks, zeros up to 41 bytes, version (4), magic (8); numbers are little-endian.
// https://github.com/facebook/rocksdb/wiki/Rocksdb-BlockBasedTable-Format
constexpr std::uint64_t kFooterBytes = 53;
constexpr std::string_view kMagic = "\xf7\xcf\xf4\x85\xb7\x41\xe2\x88";
constexpr std::uint64_t kMostBytes = 1 << 20;  // of a list of blocks: it has some hundred

struct Handle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

std::optional<Handle> take_handle(std::string_view& bytes) {
  const auto offset = take_varint(bytes);
  const auto size = take_varint(bytes);
  return offset && size ? std::optional(Handle{*offset, *size}) : std::nullopt;
}

std::optional<std::string> read_at(std::ifstream& file, std::uint64_t offset, std::uint64_t size) {
  std::string bytes(size, '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  return file ? std::optional(bytes) : std::nullopt;
}

// The block that a list of blocks has under a name. An entry is the length of what its key shares
// with the one before (here nothing), of the rest of the key and of the value; then these.
std::optional<Handle> find_block(std::string_view list, std::string_view name) {
  while (true) {
    const auto shared = take_varint(list);
    const auto key_size = take_varint(list);
    const auto value_size = take_varint(list);
    if (shared != 0U || !key_size || !value_size || *key_size > list.size() ||
        *value_size > list.size() - *key_size) {
      return std::nullopt;
    }
    std::string_view value = list.substr(*key_size, *value_size);
    if (list.substr(0, *key_size) == name) return take_handle(value);
    list.remove_prefix(*key_size + *value_size);
  }
}

}  // namespace

std::optional<std::uint64_t> hash_index_mark(const fs::path& table) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(table, error);
  if (error || size < kFooterBytes) return std::nullopt;
  std::ifstream file(table, std::ios::binary);
  const auto footer = read_at(file, size - kFooterBytes, kFooterBytes);
  if (!footer || !footer->ends_with(kMagic)) return std::nullopt;
  std::string_view handles = std::string_view(*footer).substr(1);
  const auto list = take_handle(handles);
  if (!list || list->size > kMostBytes || list->offset > size) return std::nullopt;
  const auto blocks = read_at(file, list->offset, list->size);
  if (!blocks) return std::nullopt;
  const auto properties = find_block(*blocks, "rocksdb.properties");
  if (!properties || properties->size < 4 || properties->offset > size ||
      properties->size > size - properties->offset) {
    return std::nullopt;
  }
  return properties->offset + properties->size - 1;
}

void require_openable_tables(const fs::path& store) {
  std::error_code ignored;
  for (auto at = fs::directory_iterator(store, ignored); !ignored && at != fs::directory_iterator();
       at.increment(ignored)) {
    if (at->path().extension() != ".sst") continue;
    const auto mark = hash_index_mark(at->path());
    if (!mark) continue;
    std::ifstream file(at->path(), std::ios::binary);
    const auto byte = read_at(file, *mark, 1);
    if (byte && (byte->front() & 0x80) != 0) {
      throw damaged(store, "the properties in " + at->path().filename().string() + " are damaged");
    }
  }
}

}  // namespace simdb
