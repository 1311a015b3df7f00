#include <webp/decode.h>

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include "encoder/image/byte_reader_internal.h"
#include "encoder/image/colour_internal.h"
#include "encoder/image/decoders_internal.h"
#include "encoder/image/exif_internal.h"
#include "encoder/image/webp_groups_internal.h"

namespace simdb {
namespace {

// The clock is looked at between them. Few, since libwebp starts anew with a header of which it has
// not seen all.
constexpr std::size_t kPieces = 8;
// Of one group of Huffman tables, with the largest cache of colours.
constexpr std::uint64_t kGroupBytes = 21000;

struct Delete {
  void operator()(WebPIDecoder* decoder) const { WebPIDelete(decoder); }
};

void require_ok(VP8StatusCode status, const char* otherwise) {
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != VP8_STATUS_OK) throw std::runtime_error(otherwise);
}

// The data of the first chunk of that name in a whole file; nothing where there is none.
std::span<const std::byte> find_chunk(std::span<const std::byte> webp, std::string_view name) {
  constexpr std::size_t kHeaderBytes = 8;
  ByteReader reader(webp);
  const std::uint64_t end = std::uint64_t{reader.little(4, 4)} + kHeaderBytes;
  for (std::uint64_t at = 12; at + kHeaderBytes <= end;) {
    const std::uint64_t length = reader.little(at + 4, 4);
    if (reader.has(at, name)) {
      const auto rest = webp.subspan(at + kHeaderBytes);
      return rest.first(std::min<std::uint64_t>(length, rest.size()));
    }
    at += kHeaderBytes + length + length % 2;
  }
  return {};
}

}  // namespace

StoredImage decode_webp(std::span<const std::byte> webp, DecodeBudget& budget) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(webp.data());
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) throw std::runtime_error("libwebp is another one");
  const WebPBitstreamFeatures& features = config.input;
  require_ok(WebPGetFeatures(data, webp.size(), &config.input),
             "its header is truncated or damaged");
  if (std::uint64_t{ByteReader(webp).little(4, 4)} + 8 > webp.size()) {
    throw std::runtime_error("it is truncated");
  }
  if (features.has_animation != 0) {
    throw std::runtime_error("it is animated; save one of its pictures");
  }
  const int channels = features.has_alpha != 0 ? 4 : 3;
  Image image = budget.make_image(static_cast<std::uint64_t>(features.width),
                                  static_cast<std::uint64_t>(features.height), channels);
  constexpr int kLossy = 1;
  if (features.format != kLossy || features.has_alpha != 0) {
    // 32 bits per pixel, three pictures of a sixteenth of the pixels that say how they are coded,
    // and the tables.
    const std::uint64_t pixels = image.pixels.size() / channels;
    const std::uint64_t tables = kGroupBytes * count_webp_groups(webp, budget);
    budget.require_memory(5 * pixels + tables);
  }

  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {image.pixels.data(), image.width * channels, image.pixels.size()};
  const std::unique_ptr<WebPIDecoder, Delete> decoder(WebPIDecode(nullptr, 0, &config));
  if (decoder == nullptr) throw std::bad_alloc();
  VP8StatusCode status = VP8_STATUS_SUSPENDED;
  for (std::size_t piece = 1; status == VP8_STATUS_SUSPENDED && piece <= kPieces; ++piece) {
    if (budget.is_late()) budget.refuse_time();
    status = WebPIUpdate(decoder.get(), data, webp.size() * piece / kPieces);
  }
  require_ok(status, "the image data is damaged");
  return {std::move(image), read_orientation(find_chunk(webp, "EXIF")),
          copy_profile(find_chunk(webp, "ICCP"))};
}

}  // namespace simdb
