#include "cli/report/data_uri.h"

#include <cstdint>
#include <string_view>

#include "simdb/image_codec.h"

namespace simdb::cli {
namespace {

std::string_view media_type(ImageFormat format) {
  switch (format) {
    case ImageFormat::kPng:
      return "image/png";
    case ImageFormat::kJpeg:
      return "image/jpeg";
    case ImageFormat::kBmp:
      return "image/bmp";
    case ImageFormat::kWebp:
      return "image/webp";
    case ImageFormat::kGif:
      return "image/gif";
    case ImageFormat::kTiff:
      return "image/tiff";
    case ImageFormat::kHeif:
      return "image/heif";
  }
  return "";
}

}  // namespace

std::string base64(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = i; j < i + 3; ++j) {
      group = group << 8 | (j < bytes.size() ? std::to_integer<std::uint32_t>(bytes[j]) : 0u);
    }
    for (int digit = 3; digit >= 0; --digit) text += kDigits[group >> (6 * digit) & 63];
  }
  const std::size_t missing = (3 - bytes.size() % 3) % 3;
  text.replace(text.size() - missing, missing, missing, '=');
  return text;
}

std::string image_data_uri(std::span<const std::byte> bytes) {
  const auto format = sniff_image_format(bytes);
  if (!format) return "";
  std::string uri = "data:";
  uri += media_type(*format);
  uri += ";base64,";
  return uri + base64(bytes);
}

}  // namespace simdb::cli
