#pragma once

// clang-format off: jpeglib.h needs size_t and FILE from here
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
// clang-format on

#include <cstdlib>

#include "tests/support/images.h"

namespace simdb::test {

/// A compressor into memory. libjpeg's own error handler ends the program, which is right for a bug
/// in a test.
class JpegCompressor {
 public:
  JpegCompressor(int width, int height, int components) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_create_compress(&jpeg_);
    jpeg_mem_dest(&jpeg_, &buffer_, &size_);
    jpeg_.image_width = static_cast<JDIMENSION>(width);
    jpeg_.image_height = static_cast<JDIMENSION>(height);
    jpeg_.input_components = components;
    jpeg_.in_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&jpeg_);
  }
  JpegCompressor(const JpegCompressor&) = delete;
  JpegCompressor& operator=(const JpegCompressor&) = delete;
  ~JpegCompressor() {
    jpeg_destroy_compress(&jpeg_);
    std::free(buffer_);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg allocated it
  }

  jpeg_compress_struct& jpeg() { return jpeg_; }
  void full_colours() {
    for (int i = 0; i < jpeg_.num_components; ++i) {
      jpeg_.comp_info[i].h_samp_factor = jpeg_.comp_info[i].v_samp_factor = 1;
    }
  }
  Bytes finish() {
    jpeg_finish_compress(&jpeg_);
    const auto* first = reinterpret_cast<const std::byte*>(buffer_);
    return {first, first + size_};
  }

 private:
  jpeg_compress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  unsigned char* buffer_ = nullptr;
  unsigned long size_ = 0;  // NOLINT(google-runtime-int): libjpeg's type
};

}  // namespace simdb::test
