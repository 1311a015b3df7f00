#include "storage/backup.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::string_view kMagic = "simdbbak";
constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kEnd = 0;  // where the length of a family's name would be
// More than simdb ever writes: a damaged length must not ask for all memory.
constexpr std::uint64_t kMaxName = 64;
constexpr std::uint64_t kMaxKey = 1UL << 16;
constexpr std::uint64_t kMaxValue = 1UL << 30;
constexpr std::size_t kPiece = 1UL << 20;

std::string big_endian(std::uint64_t number, std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = bytes; i > 0; --i, number >>= 8) {
    text[i - 1] = static_cast<char>(number & 0xFF);
  }
  return text;
}

}  // namespace

BackupWriter::BackupWriter(ByteSink sink) : sink_(std::move(sink)) {
  write(std::string(kMagic) + big_endian(kVersion, 8));
}

void BackupWriter::write(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  digest_.append(bytes);
  sink_(bytes);
}

void BackupWriter::put(std::string_view family, std::string_view key, std::string_view value) {
  write(big_endian(family.size(), 1));
  write(family);
  write(big_endian(key.size(), 4));
  write(key);
  write(big_endian(value.size(), 4));
  write(value);
  ++entries_;
}

void BackupWriter::finish() {
  write(big_endian(kEnd, 1) + big_endian(entries_, 8));
  const Sha256 sum = digest_.finish();
  sink_(std::as_bytes(std::span(sum)));
}

std::uint64_t write_backup(const Store& store, const ByteSink& sink,
                           const std::function<void()>& check) {
  store.encoder_model();  // a backup with another encoder than its own would be worth nothing
  BackupWriter writer(sink);
  std::uint64_t items = 0;
  store.for_each_entry([&](std::string_view family, std::string_view key, std::string_view value) {
    check();
    writer.put(family, key, value);
    items += family == "items" ? 1 : 0;
  });
  writer.finish();
  return items;
}

BackupReader::BackupReader(ByteSource source, std::string name)
    : source_(std::move(source)), name_(std::move(name)) {
  std::array<std::byte, kMagic.size()> magic{};
  const std::size_t count = source_(magic);
  if (count != magic.size() || std::memcmp(magic.data(), kMagic.data(), kMagic.size()) != 0) {
    throw Error(ErrorCode::kBadInput, "can't restore " + name_ + ": it is no backup of simdb");
  }
  digest_.append(magic);
  const std::uint64_t version = read_number(8);
  if (version != kVersion) {
    throw Error(ErrorCode::kBadInput, "can't restore " + name_ + ": it has format version " +
                                          std::to_string(version) + ", this simdb knows " +
                                          std::to_string(kVersion) + "; use a newer simdb");
  }
}

void BackupReader::fail(const std::string& what) const {
  throw Error(ErrorCode::kCorruption,
              "the backup " + name_ + " is damaged: " + what + "; use another one");
}

void BackupReader::read(std::span<std::byte> to) {
  if (source_(to) != to.size()) fail("it ends too early");
  digest_.append(to);
}

std::uint64_t BackupReader::read_number(std::size_t bytes) {
  std::array<std::byte, 8> buffer{};
  read(std::span(buffer).first(bytes));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    number = number << 8 | std::to_integer<std::uint64_t>(buffer[i]);
  }
  return number;
}

bool BackupReader::next(StoreEntry& entry) {
  if (ended_) return false;
  const auto read_text = [&](std::uint64_t size, std::uint64_t limit, std::string& text) {
    if (size > limit) fail("a length in it is too large");
    text.clear();
    // Piece by piece: a length that lies must not take the memory that it claims.
    while (text.size() < size) {
      const std::size_t before = text.size();
      text.resize(std::min<std::size_t>(size, before + kPiece));
      read(std::as_writable_bytes(std::span(text)).subspan(before));
    }
  };
  const std::uint64_t name_bytes = read_number(1);
  if (name_bytes == kEnd) {
    if (read_number(8) != entries_) fail("entries are missing");
    Sha256 stored{};
    const Sha256 computed = digest_.finish();
    if (source_(std::as_writable_bytes(std::span(stored))) != stored.size() || stored != computed) {
      fail("its checksum does not match");
    }
    std::byte more{};
    if (source_(std::span(&more, 1)) != 0) fail("there are bytes after its end");
    ended_ = true;
    return false;
  }
  read_text(name_bytes, kMaxName, entry.family);
  read_text(read_number(4), kMaxKey, entry.key);
  read_text(read_number(4), kMaxValue, entry.value);
  ++entries_;
  return true;
}

std::unique_ptr<Store> restore_backup(const std::filesystem::path& file,
                                      const std::filesystem::path& path,
                                      const std::function<void()>& check) {
  InputFile input(file);
  const ByteSource source = [&](std::span<std::byte> to) { return input.read(to); };
  {
    BackupReader reader(source, file.string());
    for (StoreEntry entry; reader.next(entry);) check();
  }
  input.rewind();
  BackupReader reader(source, file.string());
  return Store::create_from(path, [&](StoreEntry& entry) {
    check();
    return reader.next(entry);
  });
}

}  // namespace simdb
