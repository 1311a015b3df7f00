#include <png.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "encoder/image/colour_internal.h"
#include "encoder/image/decoders_internal.h"
#include "encoder/image/exif_internal.h"

namespace simdb {
namespace {

// libpng leaves by longjmp, which runs no destructors: nothing between setjmp and the calls that
// may jump owns anything, and what must be freed or told is in here.
struct Decoding {
  std::span<const std::byte> rest;
  const DecodeBudget& budget;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::array<char, 128> reason{};
  enum class End : std::uint8_t { kDamaged, kTruncated, kLate, kNoMemory } end = End::kDamaged;
  ReadClock clock = ReadClock(budget);
  Image image = {};
  std::vector<png_bytep> rows = {};

  ~Decoding() { png_destroy_read_struct(&png, &info, nullptr); }
};
using enum Decoding::End;

void fail(png_structp png, png_const_charp reason) {
  auto* decoding = static_cast<Decoding*>(png_get_error_ptr(png));
  std::strncpy(decoding->reason.data(), reason, decoding->reason.size() - 1);
  png_longjmp(png, 1);
}

// Harmless, all but one: libpng goes on without a transparency whose checksum is wrong.
void warn(png_structp png, png_const_charp reason) {
  if (std::strcmp(reason, "tRNS: CRC error") == 0) fail(png, reason);
}

// libpng would call lack of memory damage.
png_voidp allocate(png_structp png, png_alloc_size_t bytes) {
  void* memory = std::malloc(bytes);  // NOLINT(cppcoreguidelines-no-malloc): C frees it
  if (memory == nullptr) static_cast<Decoding*>(png_get_mem_ptr(png))->end = kNoMemory;
  return memory;
}

void release(png_structp, png_voidp memory) {
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc)
}

// libpng asks for at most 8 KB at a time, so the clock is seen often: 60 MB of compressed data can
// unpack to nothing in 4 seconds.
void read(png_structp png, png_bytep to, std::size_t length) {
  auto* decoding = static_cast<Decoding*>(png_get_io_ptr(png));
  if (length > decoding->rest.size()) decoding->end = kTruncated;
  if (decoding->clock.is_late()) decoding->end = kLate;
  if (decoding->end == kTruncated || decoding->end == kLate) png_error(png, "");
  std::memcpy(to, decoding->rest.data(), length);
  decoding->rest = decoding->rest.subspan(length);
}

[[noreturn]] void give_up(const Decoding& decoding) {
  if (decoding.end == kNoMemory) throw std::bad_alloc();
  if (decoding.end == kLate) decoding.budget.refuse_time();
  if (decoding.end == kTruncated) throw std::runtime_error("it is truncated");
  throw std::runtime_error(std::string("it is damaged: ") + decoding.reason.data());
}

void read_header(Decoding& decoding) {
  if (setjmp(png_jmpbuf(decoding.png)) != 0) give_up(decoding);
  png_structp png = decoding.png;
  png_infop info = decoding.info;
  png_set_read_fn(png, &decoding, read);
  // All chunks that libpng knows but those of the pixels, and then those that tell of them.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT,
                              reinterpret_cast<png_const_bytep>("eXIf\0iCCP"), 2);
  png_read_info(png, info);
  const int colour_type = png_get_color_type(png, info);
  const bool transparent = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  if (colour_type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (colour_type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (transparent) png_set_tRNS_to_alpha(png);
  if (colour_type == PNG_COLOR_TYPE_GRAY_ALPHA ||
      (colour_type == PNG_COLOR_TYPE_GRAY && transparent)) {
    png_set_gray_to_rgb(png);
  }
  png_set_scale_16(png);
  png_set_interlace_handling(png);
}

// True if libpng has handed out the last row, and looks for the end behind it.
bool has_all_rows(const Decoding& decoding) {
  constexpr int kInterlacedPasses = 7;
  return png_get_interlace_type(decoding.png, decoding.info) != PNG_INTERLACE_NONE
             ? png_get_current_pass_number(decoding.png) >= kInterlacedPasses
             : png_get_current_row_number(decoding.png) >= decoding.rows.size();
}

// Only now does libpng allocate rows.
void read_pixels(Decoding& decoding, int channels) {
  if (setjmp(png_jmpbuf(decoding.png)) != 0) {
    if (decoding.end == kTruncated && has_all_rows(decoding)) return;
    give_up(decoding);
  }
  png_read_update_info(decoding.png, decoding.info);
  if (png_get_rowbytes(decoding.png, decoding.info) !=
      static_cast<std::size_t>(decoding.image.width) * channels) {
    png_error(decoding.png, "rows of an unexpected length");
  }
  png_read_image(decoding.png, decoding.rows.data());
  png_read_end(decoding.png, decoding.info);
}

}  // namespace

StoredImage decode_png(std::span<const std::byte> png, DecodeBudget& budget) {
  Decoding decoding{.rest = png, .budget = budget};
  decoding.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &decoding, fail, warn, &decoding,
                                          allocate, release);
  if (decoding.png != nullptr) decoding.info = png_create_info_struct(decoding.png);
  if (decoding.end == kNoMemory) throw std::bad_alloc();
  if (decoding.info == nullptr) throw std::runtime_error("libpng does not start");
  read_header(decoding);

  const int colour_type = png_get_color_type(decoding.png, decoding.info);
  const bool transparent = png_get_valid(decoding.png, decoding.info, PNG_INFO_tRNS) != 0;
  const int channels = (colour_type & PNG_COLOR_MASK_ALPHA) != 0 ? 4
                       : transparent                             ? 4
                       : colour_type == PNG_COLOR_TYPE_GRAY      ? 1
                                                                 : 3;
  decoding.image = budget.make_image(png_get_image_width(decoding.png, decoding.info),
                                     png_get_image_height(decoding.png, decoding.info), channels);
  const std::size_t row_bytes = static_cast<std::size_t>(decoding.image.width) * channels;
  decoding.rows.reserve(decoding.image.height);
  for (int y = 0; y < decoding.image.height; ++y) {
    decoding.rows.push_back(decoding.image.pixels.data() + y * row_bytes);
  }
  read_pixels(decoding, channels);
  png_bytep exif = nullptr;
  png_uint_32 exif_bytes = 0;
  png_get_eXIf_1(decoding.png, decoding.info, &exif_bytes, &exif);
  png_charp name = nullptr;
  int compression = 0;
  png_bytep profile = nullptr;
  png_uint_32 profile_bytes = 0;
  png_get_iCCP(decoding.png, decoding.info, &name, &compression, &profile, &profile_bytes);
  return {std::move(decoding.image), read_orientation(std::as_bytes(std::span(exif, exif_bytes))),
          copy_profile(std::as_bytes(std::span(profile, profile_bytes)))};
}

}  // namespace simdb
