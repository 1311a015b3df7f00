#include "simdb/image_codec.h"

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/file_io.h"
#include "encoder/image/byte_reader_internal.h"
#include "encoder/image/colour_internal.h"
#include "encoder/image/decoders_internal.h"
#include "encoder/image/preprocess.h"
#include "encoder/opencv_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

// A small file of a small image is its own thumbnail: nothing to encode, nothing lost.
constexpr std::size_t kOwnThumbnailBytes = 8192;
constexpr int kThumbnailJpegQuality = 90;

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

void divide_by_alpha(Image& image) {
  for (std::size_t i = 0; i < image.pixels.size(); i += 4) {
    const unsigned alpha = image.pixels[i + 3];
    for (std::size_t c = i; alpha > 0 && c < i + 3; ++c) {
      image.pixels[c] =
          static_cast<std::uint8_t>(std::min(255U, (image.pixels[c] * 255U + alpha / 2) / alpha));
    }
  }
}

void bring_to_srgb(StoredImage& stored, const DecodeBudget& budget) {
  Image& image = stored.image;
  const ToSrgb to_srgb(stored.profile, image.channels == 1   ? ToSrgb::Samples::kGrey
                                       : image.channels == 3 ? ToSrgb::Samples::kRgb
                                                             : ToSrgb::Samples::kRgba);
  if (!to_srgb.does_something()) return;
  const auto width = static_cast<std::size_t>(image.width);
  for (std::size_t at = 0; at < image.pixels.size(); at += width * image.channels) {
    if (budget.is_late()) budget.refuse_time();
    to_srgb.apply(&image.pixels[at], &image.pixels[at], width);
  }
}

StoredImage decode_stored(std::span<const std::byte> bytes, ImageFormat format,
                          DecodeBudget& budget) {
  switch (format) {
    case ImageFormat::kPng:
      return decode_png(bytes, budget);
    case ImageFormat::kJpeg:
      return decode_jpeg(bytes, budget);
    case ImageFormat::kBmp:
      return {decode_bmp(bytes, budget)};
    case ImageFormat::kGif:
      return {decode_gif(bytes, budget)};
    case ImageFormat::kTiff:
      return decode_tiff(bytes, budget);
    case ImageFormat::kHeif:
      return decode_heif(bytes, budget);
    case ImageFormat::kWebp:
      break;
  }
  return decode_webp(bytes, budget);
}

Image decode(std::span<const std::byte> bytes, const ImageLimits& limits) {
  if (bytes.empty()) throw std::runtime_error("the file is empty");
  if (bytes.size() > limits.max_file_bytes) {
    throw std::runtime_error("it has " + std::to_string(bytes.size()) + " bytes, the limit is " +
                             std::to_string(limits.max_file_bytes));
  }
  const std::optional<ImageFormat> format = sniff_image_format(bytes);
  if (!format) {
    throw std::runtime_error(
        "it is no PNG, JPEG, WebP, GIF, TIFF, BMP, HEIC or AVIF image (judged by its first bytes, "
        "not its name)");
  }
  DecodeBudget budget(limits, bytes.size());
  StoredImage stored = decode_stored(bytes, *format, budget);
  if (stored.is_premultiplied) divide_by_alpha(stored.image);
  bring_to_srgb(stored, budget);
  if (stored.orientation > 4) budget.require_memory(stored.image.pixels.size());
  return guard_opencv(ErrorCode::kInternal, "turn an image upright",
                      [&] { return turned_upright(std::move(stored.image), stored.orientation); });
}

// Browsers, which show thumbnails, know no TIFF, and not all of them HEIC and AVIF.
bool is_own_thumbnail(std::span<const std::byte> file, const Image& image) {
  const auto format = sniff_image_format(file);
  return std::max(image.width, image.height) <= kThumbnailSide &&
         file.size() <= kOwnThumbnailBytes && format != ImageFormat::kTiff &&
         format != ImageFormat::kHeif;
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
  return write_jpeg(fit_to_input(halve ? halved : image, spec), kThumbnailJpegQuality);
}

std::string source_of(const std::filesystem::path& path) {
  return absolute_path(path).lexically_normal().string();
}

}  // namespace

std::optional<ImageFormat> sniff_image_format(std::span<const std::byte> bytes) {
  using namespace std::string_view_literals;
  const ByteReader reader(bytes);
  if (reader.has(0, "\x89PNG\r\n\x1A\n"sv)) return ImageFormat::kPng;
  if (reader.has(0, "\xFF\xD8\xFF"sv)) return ImageFormat::kJpeg;
  if (reader.has(0, "BM"sv)) return ImageFormat::kBmp;
  if (reader.has(0, "RIFF"sv) && reader.has(8, "WEBP"sv)) return ImageFormat::kWebp;
  if (reader.has(0, "GIF87a"sv) || reader.has(0, "GIF89a"sv)) return ImageFormat::kGif;
  if (heif_name(bytes)) return ImageFormat::kHeif;
  for (const std::string_view start : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    if (reader.has(0, start)) return ImageFormat::kTiff;
  }
  return std::nullopt;
}

Image decode_image(std::span<const std::byte> bytes, std::string_view name,
                   const ImageLimits& limits) {
  try {
    return decode(bytes, limits);
  } catch (const std::runtime_error& e) {
    const auto* const error = dynamic_cast<const Error*>(&e);
    throw Error(error == nullptr ? ErrorCode::kBadInput : error->code(),
                "can't use " + std::string(name) + ": " + e.what());
  }
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
  Sha256Stream digest;
  for (const int side : {image.width, image.height, image.channels}) {
    std::array<std::byte, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte(side >> 8 * i & 255);
    digest.append(bytes);
  }
  digest.append(std::as_bytes(std::span(image.pixels)));
  return {image, "", digest.finish(), make_thumbnail(image)};
}

SourceImage load_image(const std::filesystem::path& path, const ImageLimits& limits) {
  SourceImage loaded = source_image(read_file(path, limits.max_file_bytes), path.string(), limits);
  loaded.source = source_of(path);
  return loaded;
}

SourceImage identify_image(const std::filesystem::path& path, const ImageLimits& limits) {
  return {.source = source_of(path), .digest = sha256(read_file(path, limits.max_file_bytes))};
}

std::vector<std::byte> encode_png(const Image& image) {
  require_consistent(image);
  return write_png(image);
}

bool has_image_extension(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 14> kExtensions = {
      ".png", ".jpg",  ".jpeg", ".jpe",  ".jfif", ".webp", ".gif",
      ".tif", ".tiff", ".bmp",  ".heic", ".heif", ".hif",  ".avif"};
  std::string extension = path.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

}  // namespace simdb
