#include <png.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "encoder/image/png_decoder_internal.h"

namespace simdb {
namespace {

// Looking at the clock costs more than reading a small chunk.
constexpr std::uint64_t kReadsPerLook = 16;

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// libpng leaves by longjmp, which runs no destructors: nothing between setjmp and the calls that
// may jump owns anything, and what must be freed or told is in here.
struct Decoding {
  std::span<const std::byte> rest;
  double deadline = 0;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::array<char, 128> reason{};
  bool late = false;
  std::uint64_t reads = 0;
  Image image;
  std::vector<png_bytep> rows;

  ~Decoding() { png_destroy_read_struct(&png, &info, nullptr); }
};

void fail(png_structp png, png_const_charp reason) {
  auto* decoding = static_cast<Decoding*>(png_get_error_ptr(png));
  std::strncpy(decoding->reason.data(), reason, decoding->reason.size() - 1);
  png_longjmp(png, 1);
}

// Harmless, all but one: libpng goes on without a transparency whose checksum is wrong.
void warn(png_structp png, png_const_charp reason) {
  if (std::strcmp(reason, "tRNS: CRC error") == 0) fail(png, reason);
}

// libpng asks for at most 8 KB at a time, so the clock is seen often: 60 MB of compressed data can
// unpack to nothing in 4 seconds.
void read(png_structp png, png_bytep to, std::size_t length) {
  auto* decoding = static_cast<Decoding*>(png_get_io_ptr(png));
  if (length > decoding->rest.size()) png_error(png, "it ends too early");
  if (++decoding->reads % kReadsPerLook == 0 && thread_seconds() > decoding->deadline) {
    decoding->late = true;
    png_error(png, "");
  }
  std::memcpy(to, decoding->rest.data(), length);
  decoding->rest = decoding->rest.subspan(length);
}

[[noreturn]] void give_up(const Decoding& decoding) {
  if (decoding.late) throw std::runtime_error("it takes too long to unpack");
  throw std::runtime_error(std::string("it is damaged: ") + decoding.reason.data());
}

void read_header(Decoding& decoding) {
  if (setjmp(png_jmpbuf(decoding.png)) != 0) give_up(decoding);
  png_structp png = decoding.png;
  png_infop info = decoding.info;
  png_set_read_fn(png, &decoding, read);
  // All chunks that libpng knows but those of the pixels.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_read_info(png, info);
  const int colour_type = png_get_color_type(png, info);
  if (colour_type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (colour_type == PNG_COLOR_TYPE_GRAY) {
    png_set_expand_gray_1_2_4_to_8(png);
  } else if (png_get_valid(png, info, PNG_INFO_tRNS) != 0) {
    png_set_tRNS_to_alpha(png);
  }
  if (colour_type == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_gray_to_rgb(png);
  png_set_scale_16(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

void read_pixels(Decoding& decoding) {
  if (setjmp(png_jmpbuf(decoding.png)) != 0) give_up(decoding);
  png_read_image(decoding.png, decoding.rows.data());
  png_read_end(decoding.png, nullptr);
}

}  // namespace

Image decode_png(std::span<const std::byte> png, double max_seconds) {
  Decoding decoding;
  decoding.rest = png;
  decoding.deadline = thread_seconds() + max_seconds;
  decoding.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoding, fail, warn);
  if (decoding.png != nullptr) decoding.info = png_create_info_struct(decoding.png);
  if (decoding.info == nullptr) throw std::runtime_error("libpng does not start");
  read_header(decoding);

  Image& image = decoding.image;
  image.width = static_cast<int>(png_get_image_width(decoding.png, decoding.info));
  image.height = static_cast<int>(png_get_image_height(decoding.png, decoding.info));
  image.channels = png_get_channels(decoding.png, decoding.info);
  const std::size_t row_bytes = png_get_rowbytes(decoding.png, decoding.info);
  if (row_bytes != static_cast<std::size_t>(image.width) * image.channels) {
    throw std::runtime_error("its rows have an unexpected length");
  }
  image.pixels.resize(row_bytes * image.height);
  decoding.rows.reserve(image.height);
  for (int y = 0; y < image.height; ++y) {
    decoding.rows.push_back(image.pixels.data() + y * row_bytes);
  }
  read_pixels(decoding);
  return std::move(decoding.image);
}

}  // namespace simdb
