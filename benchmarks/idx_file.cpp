#include "benchmarks/idx_file.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <sstream>

#include "simdb/error.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kImagesMagic = 0x0803;  // unsigned bytes, three dimensions
constexpr std::uint32_t kLabelsMagic = 0x0801;
constexpr std::size_t kMaxBytes = 1U << 30;

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw Error(ErrorCode::kBadInput, "can't read " + file.string() + " as an idx file: " + why);
}

/// The bytes of a file, unpacked if gzip packed it.
std::vector<std::uint8_t> read_packed(const fs::path& path) {
  if (!fs::exists(path)) throw Error(ErrorCode::kNotFound, "there is no file " + path.string());
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(::gzopen(path.c_str(), "rb"), ::gzclose);
  if (!file) refuse(path, "it can't be opened");
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 1U << 16> piece;
  for (;;) {
    const int count = ::gzread(file.get(), piece.data(), piece.size());
    if (count < 0) refuse(path, "it is damaged");
    if (count == 0) break;
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + count);
    if (bytes.size() > kMaxBytes) refuse(path, "it is larger than 1 GB");
  }
  // A file that ends in the middle of the packed data.
  int code = Z_OK;
  ::gzerror(file.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) refuse(path, "it is cut off");
  return bytes;
}

std::uint32_t number_at(const std::vector<std::uint8_t>& bytes, std::size_t place) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | bytes[place + i];
  return number;
}

/// The dimensions of a file that holds just what they say behind a header of 4 bytes each.
std::vector<std::uint32_t> read_header(const fs::path& path, const std::vector<std::uint8_t>& bytes,
                                       std::uint32_t magic) {
  const std::size_t dimensions = magic & 0xFF;
  const std::size_t header = 4 * (1 + dimensions);
  if (bytes.size() < header || number_at(bytes, 0) != magic) {
    refuse(path,
           magic == kImagesMagic ? "it has no header of images" : "it has no header of labels");
  }
  std::vector<std::uint32_t> sizes;
  std::uint64_t values = 1;
  for (std::size_t i = 1; i <= dimensions; ++i) {
    sizes.push_back(number_at(bytes, 4 * i));
    values *= std::min<std::uint64_t>(sizes.back(), kMaxBytes);
    values = std::min<std::uint64_t>(values, kMaxBytes + 1);
  }
  if (values != bytes.size() - header) refuse(path, "its length is not what its header says");
  return sizes;
}

}  // namespace

Image IdxImages::image(std::size_t i) const {
  const auto size = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  const auto first = pixels.begin() + static_cast<std::ptrdiff_t>(i * size);
  return {width, height, 1, {first, first + static_cast<std::ptrdiff_t>(size)}};
}

IdxImages read_idx(const fs::path& images, const fs::path& labels) {
  IdxImages result;
  result.pixels = read_packed(images);
  const std::vector<std::uint32_t> sizes = read_header(images, result.pixels, kImagesMagic);
  result.pixels.erase(result.pixels.begin(), result.pixels.begin() + 16);
  result.labels = read_packed(labels);
  read_header(labels, result.labels, kLabelsMagic);
  result.labels.erase(result.labels.begin(), result.labels.begin() + 8);
  if (sizes[0] != result.labels.size()) {
    refuse(labels, "it has " + std::to_string(result.labels.size()) + " labels for " +
                       std::to_string(sizes[0]) + " images");
  }
  result.height = static_cast<int>(sizes[1]);
  result.width = static_cast<int>(sizes[2]);
  return result;
}

std::set<std::uint8_t> parse_classes(const std::string& text) {
  std::set<std::uint8_t> classes;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    std::istringstream words(part);
    int first = -1;
    int last = -1;
    char dash = '-';
    words >> first;
    last = first;
    if (!words.eof()) words >> dash >> last;
    if (words.fail() || !words.eof() || dash != '-' || first < 0 || last < first || last > 255) {
      throw Error(ErrorCode::kUsage,
                  "classes are numbers and ranges like 0-6,8; not '" + text + "'");
    }
    for (int number = first; number <= last; ++number) {
      classes.insert(static_cast<std::uint8_t>(number));
    }
  }
  if (classes.empty()) throw Error(ErrorCode::kUsage, "name at least one class");
  return classes;
}

std::vector<std::size_t> select_images(const std::vector<std::uint8_t>& labels,
                                       const IdxSelection& selection) {
  std::array<std::size_t, 256> seen{};
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (selection.classes && !selection.classes->contains(labels[i])) continue;
    const std::size_t place = seen[labels[i]]++;
    if (place < selection.skip) continue;
    if (selection.per_class && place - selection.skip >= *selection.per_class) continue;
    chosen.push_back(i);
  }
  return chosen;
}

}  // namespace simdb::bench
