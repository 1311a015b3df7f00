#include "cli/report/data_uri.h"

#include <string_view>

#include "core/base64.h"
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

std::string image_data_uri(std::span<const std::byte> bytes) {
  const auto format = sniff_image_format(bytes);
  if (!format) return "";
  std::string uri = "data:";
  uri += media_type(*format);
  uri += ";base64,";
  return uri + to_base64(bytes);
}

}  // namespace simdb::cli
