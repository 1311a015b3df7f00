// clang-format off: jpeglib.h needs size_t and FILE from here
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include <array>
#include <csetjmp>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "encoder/image/jpeg_decoder_internal.h"

namespace simdb {
namespace {

constexpr int kInks = 4;

// libjpeg leaves by longjmp, which runs no destructors: nothing between setjmp and the calls that
// may jump owns anything, and what must be freed or told is in here.
struct Decoding {
  jpeg_error_mgr errors{};
  jpeg_decompress_struct jpeg{};
  std::jmp_buf failed{};
  std::array<char, JMSG_LENGTH_MAX> reason{};
  Image image;
  std::vector<JSAMPLE> inks;  // one row, of a picture that is made of them

  ~Decoding() { jpeg_destroy_decompress(&jpeg); }
};

void fail(j_common_ptr jpeg) {
  auto* decoding = static_cast<Decoding*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, decoding->reason.data());
  std::longjmp(decoding->failed, 1);
}

void print_nothing(j_common_ptr) {}

[[noreturn]] void give_up(const Decoding& decoding) {
  if (decoding.errors.msg_code == JERR_OUT_OF_MEMORY) throw std::bad_alloc();
  throw std::runtime_error(std::string("libjpeg refuses it: ") + decoding.reason.data());
}

void start(Decoding& decoding, std::span<const std::byte> bytes) {
  if (setjmp(decoding.failed) != 0) give_up(decoding);
  jpeg_decompress_struct& jpeg = decoding.jpeg;
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = jpeg.num_components == 1       ? JCS_GRAYSCALE
                         : jpeg.num_components == kInks ? JCS_CMYK
                                                        : JCS_RGB;
  jpeg_start_decompress(&jpeg);
}

// Inks are stored inverted, as Adobe's programs do: 255 is none. The black one takes from all.
void mix_inks(const std::vector<JSAMPLE>& inks, std::uint8_t* rgb) {
  for (std::size_t i = 0; i < inks.size(); i += kInks) {
    const int black = inks[i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      *rgb++ = static_cast<std::uint8_t>(black - ((255 - inks[i + c]) * black >> 8));
    }
  }
}

void read_pixels(Decoding& decoding, std::size_t row_bytes) {
  if (setjmp(decoding.failed) != 0) give_up(decoding);
  jpeg_decompress_struct& jpeg = decoding.jpeg;
  const bool inks = !decoding.inks.empty();
  while (jpeg.output_scanline < jpeg.output_height) {
    std::uint8_t* pixels = decoding.image.pixels.data() + jpeg.output_scanline * row_bytes;
    JSAMPROW row = inks ? decoding.inks.data() : pixels;
    if (jpeg_read_scanlines(&jpeg, &row, 1) == 0) break;
    if (inks) mix_inks(decoding.inks, pixels);
  }
}

}  // namespace

Image decode_jpeg(std::span<const std::byte> bytes) {
  Decoding decoding;
  jpeg_decompress_struct& jpeg = decoding.jpeg;
  jpeg.err = jpeg_std_error(&decoding.errors);
  jpeg.client_data = &decoding;
  decoding.errors.error_exit = fail;
  decoding.errors.output_message = print_nothing;
  start(decoding, bytes);

  Image& image = decoding.image;
  image.width = static_cast<int>(jpeg.output_width);
  image.height = static_cast<int>(jpeg.output_height);
  image.channels = jpeg.num_components == 1 ? 1 : 3;
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * image.channels;
  image.pixels.resize(row_bytes * image.height);
  if (jpeg.num_components == kInks) {
    decoding.inks.resize(static_cast<std::size_t>(image.width) * kInks);
  }
  read_pixels(decoding, row_bytes);
  return std::move(image);
}

}  // namespace simdb
