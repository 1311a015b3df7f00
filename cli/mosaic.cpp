#include "cli/mosaic.h"

#include <algorithm>

#include "simdb/error.h"

namespace simdb::cli {
namespace {

constexpr int kGap = 2;  // pixels between images
constexpr int kSeen = 112;
constexpr std::uint8_t kWhite = 255;

void copy_into(Image& page, const Image& image, int left, int top, int zoom) {
  const auto channels = static_cast<std::size_t>(image.channels);
  for (int y = 0; y < image.height * zoom; ++y) {
    for (int x = 0; x < image.width * zoom; ++x) {
      const auto from = (static_cast<std::size_t>(y / zoom) * image.width + x / zoom) * channels;
      const auto to = (static_cast<std::size_t>(top + y) * page.width + left + x) * channels;
      std::copy_n(image.pixels.begin() + static_cast<std::ptrdiff_t>(from), channels,
                  page.pixels.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }
}

}  // namespace

Image mosaic(std::span<const Image> images, std::size_t columns, int zoom) {
  if (images.empty() || columns == 0 || zoom < 1) {
    throw Error(ErrorCode::kUsage, "there are no images to put side by side");
  }
  const Image& first = images.front();
  for (const Image& image : images) {
    if (image.width != first.width || image.height != first.height ||
        image.channels != first.channels) {
      throw Error(ErrorCode::kUsage, "images of different sizes can't be put side by side");
    }
  }
  columns = std::min(columns, images.size());
  const auto rows = static_cast<int>((images.size() + columns - 1) / columns);
  const int step_x = first.width * zoom + kGap;
  const int step_y = first.height * zoom + kGap;
  Image page;
  page.width = static_cast<int>(columns) * step_x - kGap;
  page.height = rows * step_y - kGap;
  page.channels = first.channels;
  page.pixels.assign(static_cast<std::size_t>(page.width) * page.height * page.channels, kWhite);
  for (std::size_t i = 0; i < images.size(); ++i) {
    copy_into(page, images[i], static_cast<int>(i % columns) * step_x,
              static_cast<int>(i / columns) * step_y, zoom);
  }
  return page;
}

int zoom_of(const Image& image) noexcept {
  return std::max(1, kSeen / std::max({image.width, image.height, 1}));
}

}  // namespace simdb::cli
