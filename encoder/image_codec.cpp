#include "encoder/image_codec.h"

#include <algorithm>
#include <array>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "core/error.h"
#include "core/file_io.h"
#include "encoder/image_header.h"
#include "encoder/opencv_internal.h"
#include "encoder/png_chunks.h"
#include "encoder/preprocess.h"

namespace simdb {
namespace {

// A small file of a small image is its own thumbnail: nothing to encode, nothing lost.
constexpr std::size_t kOwnThumbnailBytes = 8192;
constexpr int kThumbnailJpegQuality = 90;

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
  throw Error(ErrorCode::kBadInput, "can't use " + std::string(name) + ": " + why);
}

ImageHeader require_decodable(std::span<const std::byte> bytes, std::string_view name,
                              const ImageLimits& limits) {
  if (bytes.empty()) refuse(name, "the file is empty");
  if (bytes.size() > limits.max_file_bytes) {
    refuse(name, "it has " + std::to_string(bytes.size()) + " bytes, the limit is " +
                     std::to_string(limits.max_file_bytes));
  }
  if (!sniff_image_format(bytes)) {
    refuse(name,
           "it is not a PNG, JPEG, BMP or WebP image (judged by its first bytes, not its name)");
  }
  const std::optional<ImageHeader> header = read_image_header(bytes);
  if (!header) refuse(name, "its header is truncated or damaged");
  const std::string size = std::to_string(header->width) + " x " + std::to_string(header->height);
  if (header->width > limits.max_side || header->height > limits.max_side) {
    refuse(name, "it has " + size + " pixels, the limit is " + std::to_string(limits.max_side) +
                     " a side; shrink it first");
  }
  if (std::uint64_t{header->width} * header->height > limits.max_pixels) {
    refuse(name, "it has " + size + " pixels, the limit is " + std::to_string(limits.max_pixels) +
                     "; shrink it first");
  }
  if (!header->complete) refuse(name, "it is truncated");
  return *header;
}

// 8 bits a channel, RGB order.
cv::Mat to_rgb8(cv::Mat decoded) {
  if (decoded.depth() == CV_16U) {
    decoded.convertTo(decoded, CV_8U, 1.0 / 257);
  }
  if (decoded.channels() == 3) cv::cvtColor(decoded, decoded, cv::COLOR_BGR2RGB);
  if (decoded.channels() == 4) cv::cvtColor(decoded, decoded, cv::COLOR_BGRA2RGBA);
  return decoded;
}

std::vector<std::byte> encode(const Image& image, const char* extension,
                              const std::vector<int>& parameters) {
  require_consistent(image);
  return guard_opencv(ErrorCode::kInternal, "encode an image", [&] {
    // Into a matrix of its own: `view` shares its pixels with the caller's image.
    const cv::Mat view = as_mat(image);
    cv::Mat mat = view;
    if (image.channels != 1) {
      mat = cv::Mat();
      cv::cvtColor(view, mat, image.channels == 3 ? cv::COLOR_RGB2BGR : cv::COLOR_RGBA2BGRA);
    }
    std::vector<std::uint8_t> bytes;
    if (!cv::imencode(extension, mat, bytes, parameters)) {
      throw Error(ErrorCode::kInternal,
                  std::string("OpenCV could not encode a ") + extension + " image");
    }
    const auto encoded = std::as_bytes(std::span(bytes));
    return std::vector<std::byte>(encoded.begin(), encoded.end());
  });
}

std::vector<std::byte> make_thumbnail(std::vector<std::byte> file, const Image& image) {
  const int longest = std::max(image.width, image.height);
  if (longest <= kThumbnailSide && file.size() <= kOwnThumbnailBytes) return file;
  const int side = std::min(longest, kThumbnailSide);
  const InputSpec spec{.width = std::max(1, image.width * side / longest),
                       .height = std::max(1, image.height * side / longest),
                       .resize = ResizeRule::kStretch};
  return encode(fit_to_input(image, spec), ".jpg",
                {cv::IMWRITE_JPEG_QUALITY, kThumbnailJpegQuality});
}

}  // namespace

Image decode_image(std::span<const std::byte> bytes, std::string_view name,
                   const ImageLimits& limits) {
  const ImageHeader header = require_decodable(bytes, name, limits);
  std::optional<std::vector<std::byte>> png;
  if (header.format == ImageFormat::kPng) {
    png = essential_png(bytes);
    if (!png) refuse(name, "it is damaged: a checksum or the pixels inside the PNG file are wrong");
    bytes = *png;
  }
  return guard_opencv(ErrorCode::kBadInput, "decode " + std::string(name), [&] {
    const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U,
                         const_cast<std::byte*>(bytes.data()));
    // IMREAD_UNCHANGED keeps alpha but ignores the EXIF orientation; JPEG has no alpha.
    const int flags =
        header.format == ImageFormat::kJpeg ? cv::IMREAD_ANYCOLOR : cv::IMREAD_UNCHANGED;
    const cv::Mat decoded = cv::imdecode(buffer, flags);
    if (decoded.empty()) refuse(name, "the image data is damaged");
    if (decoded.depth() != CV_8U && decoded.depth() != CV_16U)
      refuse(name, "its pixels are not integers");
    return to_image(to_rgb8(decoded));
  });
}

SourceImage load_image(const std::filesystem::path& path, const ImageLimits& limits) {
  std::vector<std::byte> file = read_file(path, limits.max_file_bytes);
  SourceImage loaded;
  loaded.image = decode_image(file, path.string(), limits);
  loaded.source = absolute_path(path).lexically_normal().string();
  loaded.digest = sha256(file);
  loaded.thumbnail = make_thumbnail(std::move(file), loaded.image);
  return loaded;
}

std::vector<std::byte> encode_png(const Image& image) { return encode(image, ".png", {}); }

bool has_image_extension(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 5> kExtensions = {".png", ".jpg", ".jpeg", ".bmp",
                                                                  ".webp"};
  std::string extension = path.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

}  // namespace simdb
