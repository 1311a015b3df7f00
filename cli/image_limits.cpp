#include "cli/image_limits.h"

#include <charconv>
#include <cstdint>
#include <string_view>

#include "simdb/error.h"

namespace simdb::cli {
namespace {

[[noreturn]] void refuse(const std::string& change) {
  throw Error(ErrorCode::kUsage,
              "--image-limit is NAME=N with N above 0, at most 1,000,000, and one of the names "
              "megapixels, side, "
              "file-mb, memory-mb, seconds and scans, not '" +
                  change + "'");
}

// The whole of `text`, up to what a decoder or the machine can have at all.
double parse_number(std::string_view text, const std::string& change) {
  constexpr double kLargest = 1e6;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !(number > 0) || number > kLargest) refuse(change);
  return number;
}

// A limit of zero would refuse every image.
std::uint64_t at_least_one(double number, const std::string& change) {
  if (number < 1) refuse(change);
  return static_cast<std::uint64_t>(number);
}

void apply(const std::string& change, ImageLimits& limits) {
  const std::size_t equals = change.find('=');
  if (equals == std::string::npos) refuse(change);
  const std::string_view name = std::string_view(change).substr(0, equals);
  const double number = parse_number(std::string_view(change).substr(equals + 1), change);
  constexpr double kMega = 1 << 20;
  if (name == "megapixels") {
    limits.max_pixels = at_least_one(number * kMega, change);
  } else if (name == "side") {
    limits.max_side = static_cast<std::uint32_t>(at_least_one(number, change));
  } else if (name == "file-mb") {
    limits.max_file_bytes = at_least_one(number * kMega, change);
  } else if (name == "memory-mb") {
    limits.max_memory_bytes = at_least_one(number * kMega, change);
  } else if (name == "seconds") {
    limits.max_seconds = number;
  } else if (name == "scans") {
    limits.max_scans = static_cast<std::uint32_t>(at_least_one(number, change));
  } else {
    refuse(change);
  }
}

}  // namespace

ImageLimits parse_image_limits(std::span<const std::string> changes) {
  ImageLimits limits;
  for (const std::string& change : changes) apply(change, limits);
  return limits;
}

}  // namespace simdb::cli
