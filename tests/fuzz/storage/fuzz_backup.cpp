// The file of `simdb backup`. Tried as it is, and with a count and a checksum that hold.
#include <algorithm>
#include <cstring>

#include "core/file_io.h"
#include "simdb/digest.h"
#include "storage/backup.h"
#include "tests/fuzz/fuzz_support.h"
#include "tests/support/file_sink.h"
#include "tests/support/stores.h"

namespace {

using namespace simdb;

// Gives at most as many bytes at once as the caller asks for, and then no more.
ByteSource source_of(std::span<const std::byte> bytes) {
  return [rest = bytes](std::span<std::byte> to) mutable {
    const std::size_t count = std::min(to.size(), rest.size());
    std::ranges::copy(rest.first(count), to.begin());
    rest = rest.subspan(count);
    return count;
  };
}

struct Contents {
  std::vector<StoreEntry> entries;
  bool whole = false;  // the end was reached and found right
};

Contents read_all(std::span<const std::byte> bytes) {
  Contents contents;
  const auto done = fuzz::parsed({ErrorCode::kBadInput, ErrorCode::kCorruption}, [&] {
    BackupReader reader(source_of(bytes), "a.backup");
    std::size_t size = 0;
    for (StoreEntry entry; reader.next(entry);) {
      size += entry.family.size() + entry.key.size() + entry.value.size();
      fuzz::require(size <= bytes.size(), "an entry is part of the file");
      contents.entries.push_back(entry);
    }
    StoreEntry entry;
    fuzz::require(!reader.next(entry), "behind the end there is nothing");
    return true;
  });
  contents.whole = done.has_value();
  return contents;
}

// There is one spelling of a backup: one that is accepted is what BackupWriter makes of it.
void require_same_when_written(const Contents& contents, std::span<const std::byte> bytes) {
  std::vector<std::byte> written;
  BackupWriter writer([&](std::span<const std::byte> piece) {
    written.insert(written.end(), piece.begin(), piece.end());
  });
  for (const auto& [family, key, value] : contents.entries) writer.put(family, key, value);
  writer.finish();
  fuzz::require(std::ranges::equal(written, bytes), "a backup is written as it is read");
}

// The way of the command: nothing is made from a damaged file, nor where something is already.
void require_nothing_made(std::span<const std::byte> bytes, bool whole) {
  static const fuzz::InputOnDisk file("a.backup");
  file.write(bytes);
  const std::filesystem::path folder = file.path().parent_path();
  const auto store =
      fuzz::parsed({whole ? ErrorCode::kUsage : ErrorCode::kCorruption, ErrorCode::kBadInput},
                   [&] { return restore_backup(file.path(), folder); });
  fuzz::require(!store, "a folder that exists is left alone");
}

// The parts of backup.cpp that take a store and no bytes, once per process.
bool check_store() {
  const test::TemporaryFolder folder;
  const auto store = test::make_store(folder / "store");
  test::put_numbered(*store, 1, 2, "red");
  AtomicFile file(folder / "a.backup");
  fuzz::require(write_backup(*store, test::sink_of(file)) == 2, "a backup counts its items");
  file.commit();
  const auto restored = restore_backup(file.path(), folder / "restored");
  fuzz::require(restored->size() == 2 && restored->id() == store->id(), "a store is restored");
  return true;
}

void check(std::span<const std::byte> bytes) {
  const Contents contents = read_all(bytes);
  if (contents.whole) require_same_when_written(contents, bytes);
  require_nothing_made(bytes, contents.whole);
}

// Where the entries end: the position of the byte 0 in place of a family's name.
std::optional<std::size_t> end_of_entries(std::span<const std::byte> bytes, std::uint64_t& count) {
  std::size_t at = 16;
  const auto skip = [&](std::size_t width) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < width && at < bytes.size(); ++i, ++at) {
      length = length << 8 | std::to_integer<std::size_t>(bytes[at]);
    }
    at += length;
  };
  for (count = 0; at < bytes.size(); ++count) {
    if (bytes[at] == std::byte{0}) return at;
    for (const std::size_t width : {1, 4, 4}) skip(width);
  }
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool checked = check_store();
  const auto bytes = fuzz::bytes_of(data, size);
  check(bytes);
  std::uint64_t count = 0;
  const auto end = end_of_entries(bytes, count);
  if (!end) return 0;
  std::vector<std::byte> summed(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*end));
  summed.push_back({});
  for (int shift = 56; shift >= 0; shift -= 8) summed.push_back(std::byte(count >> shift & 0xFF));
  const Sha256 digest = sha256(summed);
  const auto sum = std::as_bytes(std::span(digest));
  summed.insert(summed.end(), sum.begin(), sum.end());
  check(summed);
  return 0;
}
