#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdb/error.h"
#include "tests/support/temporary_folder.h"

// What the fuzz targets share. A target is a file fuzz_NAME.cpp with LLVMFuzzerTestOneInput, which
// hands the input to one parser and aborts the process where a promise of the parser's header does
// not hold; libFuzzer reports that, a crash, a sanitizer's finding, an exception that leaves the
// target, an input that takes too long and one that takes too much memory.
namespace simdb::fuzz {

/// Ends the process, naming the promise, unless it `holds`.
void require(bool holds, const char* promise);

/// The bytes of an input.
inline std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}
std::string text_of(std::span<const std::byte> bytes);

/// Ends the process unless the error has one of the documented codes and a message of bounded
/// length.
void require_documented(const Error& error, std::initializer_list<ErrorCode> documented);

/// What `parse` returns, or nothing if it throws an Error with one of the codes that its header
/// tells of. Everything else that it throws leaves the target.
template <typename Parse>
auto parsed(std::initializer_list<ErrorCode> documented, Parse&& parse)
    -> std::optional<decltype(parse())> {
  try {
    return parse();
  } catch (const Error& error) {
    require_documented(error, documented);
    return std::nullopt;
  }
}

/// Takes an input apart into values; behind its end they are 0 and empty.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}

  /// `count` <= 8 bytes, little-endian.
  std::uint64_t number(std::size_t count);
  std::span<const std::byte> bytes(std::size_t count);
  /// A byte with the length, then as many bytes.
  std::string text();
  std::span<const std::byte> rest() { return bytes(bytes_.size()); }
  bool empty() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
};

/// A file of this process for parsers that take a path.
class InputOnDisk {
 public:
  explicit InputOnDisk(const char* name) : path_(folder_ / name) {}

  const std::filesystem::path& path() const { return path_; }
  /// Replaces the file: what is mapped of the old one stays as it is.
  void write(std::span<const std::byte> bytes) const;

 private:
  test::TemporaryFolder folder_;
  std::filesystem::path path_;
};

}  // namespace simdb::fuzz
