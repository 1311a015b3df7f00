#include "encoder/image/image_codec.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/file_io.h"
#include "encoder/image/decode_cost.h"
#include "encoder/image/image_header.h"
#include "encoder/image/jpeg_decoder_internal.h"
#include "encoder/image/pixel_allocator_internal.h"
#include "encoder/image/png_decoder_internal.h"
#include "encoder/image/preprocess.h"
#include "encoder/image/webp_tables_internal.h"
#include "encoder/opencv_internal.h"

namespace simdb {
namespace {

// A small file of a small image is its own thumbnail: nothing to encode, nothing lost.
constexpr std::size_t kOwnThumbnailBytes = 8192;
constexpr int kThumbnailJpegQuality = 90;

std::string one_decimal(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
  throw Error(ErrorCode::kBadInput, "can't use " + std::string(name) + ": " + why);
}

void require_affordable(const ImageHeader& header, std::size_t file_bytes, std::string_view name,
                        const ImageLimits& limits) {
  const DecodeCost cost = estimate_decode_cost(header, file_bytes);
  const auto megabytes = [](std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; };
  const std::string size = std::to_string(header.width) + " x " + std::to_string(header.height);
  if (cost.memory_bytes > limits.max_memory_bytes) {
    refuse(name, "reading " + size + " pixels of this kind takes " + megabytes(cost.memory_bytes) +
                     ", the limit is " + megabytes(limits.max_memory_bytes) + "; shrink it first");
  }
  if (cost.seconds > limits.max_seconds) {
    refuse(name, "reading " + size + " pixels of this kind can take " + one_decimal(cost.seconds) +
                     " s, the limit is " + one_decimal(limits.max_seconds) +
                     " s; shrink it, or save it as a plain JPEG");
  }
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
  std::optional<ImageHeader> header = read_image_header(bytes);
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
  if (header->jpeg.scans > limits.max_scans) {
    refuse(name, "it has " + std::to_string(header->jpeg.scans) + " scans, the limit is " +
                     std::to_string(limits.max_scans) + "; save it anew");
  }
  require_affordable(*header, bytes.size(), name, limits);
  if (!header->complete) refuse(name, "it is truncated");
  if (header->format == ImageFormat::kWebp) {
    const std::optional<std::uint32_t> tables = count_webp_tables(bytes);
    if (!tables) refuse(name, "the image data is damaged");
    header->tables = *tables;
    require_affordable(*header, bytes.size(), name, limits);
  }
  if (header->animated) refuse(name, "it is animated; save one of its pictures");
  return *header;
}

// OpenCV's order of channels to ours and back, in place.
void swap_red_and_blue(Image& image) {
  if (image.channels == 1) return;
  for (std::size_t i = 0; i < image.pixels.size(); i += image.channels) {
    std::swap(image.pixels[i], image.pixels[i + 2]);
  }
}

Image decode_with_opencv(std::span<const std::byte> bytes, std::string_view name) {
  if (bytes.size() > std::numeric_limits<int>::max()) refuse(name, "it has more than 2 GB");
  const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U,
                       const_cast<std::byte*>(bytes.data()));
  PixelAllocator allocator;
  cv::Mat decoded;
  decoded.allocator = &allocator;
  cv::imdecode(buffer, cv::IMREAD_UNCHANGED, &decoded);  // keeps alpha
  if (decoded.empty()) refuse(name, "the image data is damaged");
  if (decoded.depth() != CV_8U) refuse(name, "its pixels are not bytes");
  Image image{decoded.cols, decoded.rows, decoded.channels(), {}};
  image.pixels = allocator.owns(decoded) ? allocator.take(decoded) : to_image(decoded).pixels;
  swap_red_and_blue(image);
  return image;
}

// Exif's orientations 2 to 8, in the order of its table: which side of the picture row 0 is, and
// which column 0.
Image turned_upright(Image image, int orientation) {
  if (orientation > 4) {
    Image turned{image.height, image.width, image.channels, {}};
    turned.pixels.resize(image.pixels.size());
    cv::Mat mat = as_mat(turned);
    cv::transpose(as_mat(image), mat);
    image = std::move(turned);
  }
  constexpr int kUpsideDown = 0;
  constexpr int kMirrored = 1;
  constexpr int kBoth = -1;
  const cv::Mat mat = as_mat(image);
  const auto flip = [&](int how) { cv::flip(mat, mat, how); };
  if (orientation == 2 || orientation == 6) flip(kMirrored);
  if (orientation == 3 || orientation == 7) flip(kBoth);
  if (orientation == 4 || orientation == 8) flip(kUpsideDown);
  return image;
}

Image decode(std::span<const std::byte> bytes, std::string_view name, const ImageHeader& header,
             const ImageLimits& limits) {
  switch (header.format) {
    case ImageFormat::kPng:
      return decode_png(bytes, limits.max_seconds);
    case ImageFormat::kJpeg:
      return turned_upright(decode_jpeg(bytes), header.orientation);
    case ImageFormat::kBmp:
    case ImageFormat::kWebp:
      break;
  }
  return decode_with_opencv(bytes, name);
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

bool is_own_thumbnail(std::span<const std::byte> file, const Image& image) {
  return std::max(image.width, image.height) <= kThumbnailSide && file.size() <= kOwnThumbnailBytes;
}

// True for an opaque picture of at least four times the wanted sides.
bool is_much_larger(const cv::Mat& picture, const InputSpec& spec) {
  return picture.channels() != 4 && picture.cols >= 4 * spec.width &&
         picture.rows >= 4 * spec.height;
}

// Halves a picture until it is not much larger any more: OpenCV averages 2 x 2 pixels many times as
// fast as areas of other sizes. An odd last row or column is left out.
Image halved_towards(const Image& image, const InputSpec& spec) {
  return guard_opencv(ErrorCode::kInternal, "shrink an image", [&] {
    cv::Mat picture = as_mat(image);
    while (is_much_larger(picture, spec)) {
      const cv::Size half(picture.cols / 2, picture.rows / 2);
      cv::Mat smaller;
      cv::resize(picture(cv::Rect(0, 0, half.width * 2, half.height * 2)), smaller, half, 0, 0,
                 cv::INTER_AREA);
      picture = smaller;
    }
    return to_image(picture);
  });
}

std::vector<std::byte> make_thumbnail(const Image& image) {
  const int longest = std::max(image.width, image.height);
  const int side = std::min(longest, kThumbnailSide);
  const InputSpec spec{.width = std::max(1, image.width * side / longest),
                       .height = std::max(1, image.height * side / longest),
                       .resize = ResizeRule::kStretch};
  const bool halve = is_much_larger(as_mat(image), spec);
  const Image halved = halve ? halved_towards(image, spec) : Image();
  return encode(fit_to_input(halve ? halved : image, spec), ".jpg",
                {cv::IMWRITE_JPEG_QUALITY, kThumbnailJpegQuality});
}

}  // namespace

Image decode_image(std::span<const std::byte> bytes, std::string_view name,
                   const ImageLimits& limits) {
  const ImageHeader header = require_decodable(bytes, name, limits);
  return guard_opencv(ErrorCode::kBadInput, "decode " + std::string(name),
                      [&] { return decode(bytes, name, header, limits); });
}

SourceImage source_image(std::span<const std::byte> file, std::string source,
                         const ImageLimits& limits) {
  SourceImage loaded;
  loaded.image = decode_image(file, source, limits);
  loaded.source = std::move(source);
  loaded.digest = sha256(file);
  if (is_own_thumbnail(file, loaded.image)) {
    loaded.thumbnail.assign(file.begin(), file.end());
  } else {
    loaded.thumbnail = make_thumbnail(loaded.image);
  }
  return loaded;
}

SourceImage source_image(const Image& image) {
  require_consistent(image);
  std::vector<std::byte> identity;
  for (const int side : {image.width, image.height, image.channels}) {
    for (int shift = 0; shift < 32; shift += 8) identity.push_back(std::byte(side >> shift & 255));
  }
  const auto pixels = std::as_bytes(std::span(image.pixels));
  identity.insert(identity.end(), pixels.begin(), pixels.end());
  return {image, "", sha256(identity), make_thumbnail(image)};
}

SourceImage load_image(const std::filesystem::path& path, const ImageLimits& limits) {
  SourceImage loaded = source_image(read_file(path, limits.max_file_bytes), path.string(), limits);
  loaded.source = absolute_path(path).lexically_normal().string();
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
