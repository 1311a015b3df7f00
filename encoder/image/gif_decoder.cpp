#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "encoder/image/decoders_internal.h"

namespace simdb {
namespace {

struct Decoding {
  std::span<const std::byte> rest;
  const DecodeBudget& budget;
  GifFileType* gif = nullptr;
  int error = 0;
  enum class End : std::uint8_t { kDamaged, kTruncated, kLate } end = End::kDamaged;
  bool is_ended_by_us = false;  // the mark behind the last block of pixels is missing
  ReadClock clock = ReadClock(budget);

  ~Decoding() { DGifCloseFile(gif, nullptr); }
};
using enum Decoding::End;

// giflib asks for a block of at most 255 bytes at a time, so the clock is seen often: 60 MB of
// codes can unpack to nothing.
int read(GifFileType* gif, GifByteType* to, int wanted) {
  auto* decoding = static_cast<Decoding*>(gif->UserData);
  const auto length = static_cast<std::size_t>(wanted);
  if (decoding->clock.is_late()) {
    decoding->end = kLate;
    return 0;
  }
  if (decoding->rest.empty() && length == 1 && !decoding->is_ended_by_us) {
    decoding->is_ended_by_us = true;
    *to = 0;
    return 1;
  }
  if (length > decoding->rest.size()) {
    decoding->end = kTruncated;
    return 0;
  }
  std::memcpy(to, decoding->rest.data(), length);
  decoding->rest = decoding->rest.subspan(length);
  return wanted;
}

[[noreturn]] void give_up(const Decoding& decoding) {
  const int error = decoding.gif != nullptr ? decoding.gif->Error : decoding.error;
  if (error == D_GIF_ERR_NOT_ENOUGH_MEM) throw std::bad_alloc();
  if (decoding.end == kLate) decoding.budget.refuse_time();
  if (decoding.end == kTruncated || decoding.is_ended_by_us) {
    throw std::runtime_error("it is truncated");
  }
  const char* reason = GifErrorString(error);
  throw std::runtime_error(std::string("it is damaged: ") + (reason == nullptr ? "" : reason));
}

void require(const Decoding& decoding, int result) {
  if (result == GIF_ERROR) give_up(decoding);
}

// Reads up to the first picture; the number of its transparent colour, or a negative one.
int read_to_picture(Decoding& decoding) {
  GraphicsControlBlock control{};
  control.TransparentColor = NO_TRANSPARENT_COLOR;
  while (true) {
    GifRecordType kind = UNDEFINED_RECORD_TYPE;
    require(decoding, DGifGetRecordType(decoding.gif, &kind));
    if (kind == IMAGE_DESC_RECORD_TYPE) break;
    if (kind == TERMINATE_RECORD_TYPE) throw std::runtime_error("it holds no picture");
    int code = 0;
    GifByteType* block = nullptr;
    require(decoding, DGifGetExtension(decoding.gif, &code, &block));
    while (block != nullptr) {
      if (code == GRAPHICS_EXT_FUNC_CODE) DGifExtensionToGCB(block[0], block + 1, &control);
      require(decoding, DGifGetExtensionNext(decoding.gif, &block));
    }
  }
  require(decoding, DGifGetImageDesc(decoding.gif));
  return control.TransparentColor;
}

// RGBA; numbers that the palette lacks are black.
std::array<std::array<std::uint8_t, 4>, 256> colours_of(const ColorMapObject& map,
                                                        int transparent) {
  std::array<std::array<std::uint8_t, 4>, 256> colours{};
  for (std::array<std::uint8_t, 4>& colour : colours) colour[3] = 255;
  for (int i = 0; i < std::min(map.ColorCount, 256); ++i) {
    colours[i] = {map.Colors[i].Red, map.Colors[i].Green, map.Colors[i].Blue, 255};
  }
  if (transparent >= 0 && transparent < 256) colours[transparent][3] = 0;
  return colours;
}

// The rows of a picture in the order in which they are stored.
std::vector<int> stored_rows(const GifImageDesc& picture) {
  std::vector<int> rows;
  rows.reserve(picture.Height);
  if (!picture.Interlace) {
    for (int row = 0; row < picture.Height; ++row) rows.push_back(row);
    return rows;
  }
  constexpr std::array<std::pair<int, int>, 4> kPasses = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  for (const auto& [first, step] : kPasses) {
    for (int row = first; row < picture.Height; row += step) rows.push_back(row);
  }
  return rows;
}

}  // namespace

Image decode_gif(std::span<const std::byte> gif, DecodeBudget& budget) {
  Decoding decoding{.rest = gif, .budget = budget};
  decoding.gif = DGifOpen(&decoding, read, &decoding.error);
  if (decoding.gif == nullptr) give_up(decoding);
  const int transparent = read_to_picture(decoding);

  // The canvas is as large as the file says, or as its first picture needs.
  const GifImageDesc& picture = decoding.gif->Image;
  const int width = std::max(decoding.gif->SWidth, picture.Left + picture.Width);
  const int height = std::max(decoding.gif->SHeight, picture.Top + picture.Height);
  const ColorMapObject* map =
      picture.ColorMap != nullptr ? picture.ColorMap : decoding.gif->SColorMap;
  if (picture.Width <= 0 || picture.Height <= 0 || map == nullptr) {
    throw std::runtime_error("it is damaged: a picture without pixels or colours");
  }
  const bool fills = picture.Width == width && picture.Height == height;
  const int channels = transparent >= 0 || !fills ? 4 : 3;
  Image image = budget.make_image(static_cast<std::uint64_t>(width),
                                  static_cast<std::uint64_t>(height), channels);

  const auto colours = colours_of(*map, transparent);
  std::vector<GifPixelType> line(picture.Width);
  for (const int row : stored_rows(picture)) {
    require(decoding, DGifGetLine(decoding.gif, line.data(), picture.Width));
    const std::size_t first = static_cast<std::size_t>(picture.Top + row) * width + picture.Left;
    std::uint8_t* to = image.pixels.data() + first * channels;
    for (const GifPixelType colour : line) to = std::copy_n(colours[colour].begin(), channels, to);
  }
  return image;
}

}  // namespace simdb
