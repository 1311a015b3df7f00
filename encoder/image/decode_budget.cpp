#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <string>

#include "encoder/image/decoders_internal.h"

namespace simdb {
namespace {

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

DecodeBudget::DecodeBudget(const ImageLimits& limits, std::size_t file_bytes)
    : limits_(limits),
      file_bytes_(file_bytes),
      decoder_bytes_(limits.max_memory_bytes -
                     std::min<std::uint64_t>(limits.max_memory_bytes, file_bytes)),
      deadline_(thread_seconds() + limits.max_seconds) {}

void DecodeBudget::require_size(std::uint64_t width, std::uint64_t height, int channels) {
  width_ = width;
  height_ = height;
  const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
  if (width > limits_.max_side || height > limits_.max_side) {
    throw std::runtime_error("it has " + size + ", the limit is " +
                             std::to_string(limits_.max_side) + " per side; shrink it first");
  }
  const std::uint64_t pixels = width * height;
  if (pixels > limits_.max_pixels) {
    throw std::runtime_error("it has " + size + ", the limit is " +
                             std::to_string(limits_.max_pixels) + "; shrink it first");
  }
  // Preprocessing gives grey pixels three channels or colours one, and transparent ones, laid over
  // a background, three and then one.
  const std::uint64_t copied = pixels * (channels == 1 ? 3 : channels == 3 ? 1 : 4);
  const std::uint64_t held = file_bytes_ + pixels * channels;
  if (held + copied > limits_.max_memory_bytes) refuse_memory();
  decoder_bytes_ = limits_.max_memory_bytes - held;
}

Image DecodeBudget::make_image(std::uint64_t width, std::uint64_t height, int channels) {
  require_size(width, height, channels);
  Image image{static_cast<int>(width), static_cast<int>(height), channels, {}};
  image.pixels.resize(width * height * channels);
  return image;
}

bool DecodeBudget::is_late(double seconds_of_others) const {
  return thread_seconds() + seconds_of_others > deadline_;
}

void DecodeBudget::refuse_memory() const {
  throw std::runtime_error("reading " + std::to_string(width_) + " x " + std::to_string(height_) +
                           " pixels of this kind takes too much memory, the limit is " +
                           std::to_string(limits_.max_memory_bytes >> 20) + " MB; shrink it first");
}

void DecodeBudget::refuse_time() const {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.1f", limits_.max_seconds);
  throw std::runtime_error(std::string("it takes too long to unpack, the limit is ") +
                           seconds.data() + " s; shrink it, or save it as a plain JPEG");
}

}  // namespace simdb
