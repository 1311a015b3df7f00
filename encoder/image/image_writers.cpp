// clang-format off: jpeglib.h needs size_t and FILE from here
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on
#include <png.h>

#include <array>
#include <csetjmp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "encoder/image/decoders_internal.h"
#include "simdb/error.h"

// As in the decoders, nothing between setjmp and the calls that may jump owns anything.
namespace simdb {
namespace {

constexpr int kBits = 8;

struct PngWriting {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::array<char, 128> reason{};
  bool no_memory = false;
  std::vector<std::byte> bytes;
  std::vector<png_const_bytep> rows;

  ~PngWriting() { png_destroy_write_struct(&png, &info); }
};

void fail_png(png_structp png, png_const_charp reason) {
  auto* writing = static_cast<PngWriting*>(png_get_error_ptr(png));
  std::strncpy(writing->reason.data(), reason, writing->reason.size() - 1);
  png_longjmp(png, 1);
}

void ignore_png(png_structp, png_const_charp) {}

png_voidp allocate_png(png_structp png, png_alloc_size_t bytes) {
  void* memory = std::malloc(bytes);  // NOLINT(cppcoreguidelines-no-malloc): C frees it
  if (memory == nullptr) static_cast<PngWriting*>(png_get_mem_ptr(png))->no_memory = true;
  return memory;
}

void release_png(png_structp, png_voidp memory) {
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc)
}

// No exception may cross libpng.
void append_png(png_structp png, png_bytep from, std::size_t length) {
  auto* writing = static_cast<PngWriting*>(png_get_io_ptr(png));
  try {
    const auto* first = reinterpret_cast<const std::byte*>(from);
    writing->bytes.insert(writing->bytes.end(), first, first + length);
  } catch (const std::bad_alloc&) {
    writing->no_memory = true;
  }
  if (writing->no_memory) png_error(png, "");
}

void flush_png(png_structp) {}

[[noreturn]] void give_up(const PngWriting& writing) {
  if (writing.no_memory) throw std::bad_alloc();
  throw Error(ErrorCode::kInternal, std::string("can't encode a PNG: ") + writing.reason.data());
}

void run(PngWriting& writing, const Image& image) {
  if (setjmp(png_jmpbuf(writing.png)) != 0) give_up(writing);
  constexpr int kFastest = 1;
  constexpr int kRuns = 3;  // zlib's Z_RLE: fast, and as small for drawn pictures
  png_structp png = writing.png;
  png_set_write_fn(png, &writing, append_png, flush_png);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_set_compression_level(png, kFastest);
  png_set_compression_strategy(png, kRuns);
  png_set_IHDR(png, writing.info, static_cast<png_uint_32>(image.width),
               static_cast<png_uint_32>(image.height), kBits,
               image.channels == 1   ? PNG_COLOR_TYPE_GRAY
               : image.channels == 3 ? PNG_COLOR_TYPE_RGB
                                     : PNG_COLOR_TYPE_RGB_ALPHA,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, writing.info);
  png_write_image(png, const_cast<png_bytepp>(writing.rows.data()));
  png_write_end(png, writing.info);
}

struct JpegWriting {
  jpeg_error_mgr errors{};
  jpeg_compress_struct jpeg{};
  std::jmp_buf failed{};
  std::array<char, JMSG_LENGTH_MAX> reason{};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;  // NOLINT(google-runtime-int): libjpeg's type

  ~JpegWriting() {
    jpeg_destroy_compress(&jpeg);
    std::free(bytes);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg allocated it
  }
};

void fail_jpeg(j_common_ptr jpeg) {
  auto* writing = static_cast<JpegWriting*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, writing->reason.data());
  std::longjmp(writing->failed, 1);
}

void ignore_jpeg(j_common_ptr) {}

void run(JpegWriting& writing, const Image& image, int quality) {
  if (setjmp(writing.failed) != 0) {
    if (writing.errors.msg_code == JERR_OUT_OF_MEMORY) throw std::bad_alloc();
    throw Error(ErrorCode::kInternal, std::string("can't encode a JPEG: ") + writing.reason.data());
  }
  jpeg_compress_struct& jpeg = writing.jpeg;
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &writing.bytes, &writing.size);
  jpeg.image_width = static_cast<JDIMENSION>(image.width);
  jpeg.image_height = static_cast<JDIMENSION>(image.height);
  jpeg.input_components = image.channels;
  jpeg.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * image.channels;
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPROW>(image.pixels.data() + jpeg.next_scanline * row_bytes);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
}

}  // namespace

std::vector<std::byte> write_png(const Image& image) {
  PngWriting writing;
  writing.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &writing, fail_png, ignore_png,
                                          &writing, allocate_png, release_png);
  if (writing.png != nullptr) writing.info = png_create_info_struct(writing.png);
  if (writing.info == nullptr) give_up(writing);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * image.channels;
  writing.rows.reserve(image.height);
  for (int y = 0; y < image.height; ++y) {
    writing.rows.push_back(image.pixels.data() + y * row_bytes);
  }
  run(writing, image);
  return std::move(writing.bytes);
}

std::vector<std::byte> write_jpeg(const Image& image, int quality) {
  JpegWriting writing;
  writing.jpeg.err = jpeg_std_error(&writing.errors);
  writing.jpeg.client_data = &writing;
  writing.errors.error_exit = fail_jpeg;
  writing.errors.output_message = ignore_jpeg;
  run(writing, image, quality);
  const auto* first = reinterpret_cast<const std::byte*>(writing.bytes);
  return {first, first + writing.size};
}

}  // namespace simdb
