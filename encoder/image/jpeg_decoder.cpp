// clang-format off: jpeglib.h needs size_t and FILE from here
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "encoder/image/byte_reader_internal.h"
#include "encoder/image/colour_internal.h"
#include "encoder/image/decoders_internal.h"
#include "encoder/image/exif_internal.h"

namespace simdb {
namespace {

constexpr int kInks = 4;
constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr int kProfileMarker = JPEG_APP0 + 2;

// libjpeg leaves by longjmp, which runs no destructors: nothing between setjmp and the calls that
// may jump owns anything, and what must be freed or told is in here.
struct Decoding {
  const DecodeBudget& budget;
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  jpeg_source_mgr source{};
  jpeg_decompress_struct jpeg{};
  std::jmp_buf failed{};
  enum class End : std::uint8_t { kRefused, kTruncated, kLate, kScans } end = End::kRefused;
  std::array<char, JMSG_LENGTH_MAX> reason{};
  std::optional<int> orientation = {};
  std::array<std::span<const std::byte>, 256> profile_parts = {};  // of the file, by number
  std::size_t profile_count = 0;
  bool has_header = false;
  bool is_ended_by_us = false;  // the file's own last marker is missing
  Image image = {};
  std::vector<JSAMPLE> inks = {};  // one row, of a picture that is made of them

  ~Decoding() { jpeg_destroy_decompress(&jpeg); }
};
using enum Decoding::End;

template <typename Pointer>
Decoding& decoding_of(Pointer jpeg) {
  return *static_cast<Decoding*>(jpeg->client_data);
}

[[noreturn]] void stop(Decoding& decoding, Decoding::End end) {
  decoding.end = end;
  std::longjmp(decoding.failed, 1);
}

void fail(j_common_ptr jpeg) {
  jpeg->err->format_message(jpeg, decoding_of(jpeg).reason.data());
  stop(decoding_of(jpeg), decoding_of(jpeg).is_ended_by_us ? kTruncated : kRefused);
}

// Nothing is printed. Damage in the middle is none of ours, but pixels behind the end are.
void warn(j_common_ptr jpeg, int level) {
  constexpr int kWarning = -1;
  if (level == kWarning && jpeg->err->msg_code == JWRN_HIT_MARKER &&
      decoding_of(jpeg).is_ended_by_us) {
    stop(decoding_of(jpeg), kTruncated);
  }
}

// Called for each row of blocks, and of pixels.
void watch(j_common_ptr jpeg) {
  Decoding& decoding = decoding_of(jpeg);
  const auto scans = static_cast<std::uint32_t>(decoding.jpeg.input_scan_number);
  if (scans > decoding.budget.max_scans()) stop(decoding, kScans);
  if (decoding.budget.is_late()) stop(decoding, kLate);
}

// The source is the whole file: where libjpeg wants more, the end is missing. Behind the header it
// is given one, once; if then bits of pixels are missing, libjpeg warns.
void nothing(j_decompress_ptr) {}
boolean want_more(j_decompress_ptr jpeg) {
  static constexpr std::array<JOCTET, 2> kEnd = {0xFF, JPEG_EOI};
  Decoding& decoding = decoding_of(jpeg);
  if (!decoding.has_header || decoding.is_ended_by_us) stop(decoding, kTruncated);
  decoding.is_ended_by_us = true;
  jpeg->src->next_input_byte = kEnd.data();
  jpeg->src->bytes_in_buffer = kEnd.size();
  return TRUE;
}
void skip(j_decompress_ptr jpeg, long bytes) {  // NOLINT(google-runtime-int): libjpeg's type
  jpeg_source_mgr& source = *jpeg->src;
  if (bytes <= 0) return;
  if (static_cast<std::size_t>(bytes) > source.bytes_in_buffer) {
    stop(decoding_of(jpeg), kTruncated);
  }
  source.next_input_byte += bytes;
  source.bytes_in_buffer -= static_cast<std::size_t>(bytes);
}

// "ICC_PROFILE", a zero, the part's number from 1 on, and how many there are.
void keep_profile_part(Decoding& decoding, std::span<const std::byte> segment) {
  using namespace std::string_view_literals;
  constexpr std::string_view kMark = "ICC_PROFILE\0"sv;
  if (segment.size() < kMark.size() + 2 || !ByteReader(segment).has(0, kMark)) return;
  decoding.profile_parts[std::to_integer<std::size_t>(segment[kMark.size()])] =
      segment.subspan(kMark.size() + 2);
  decoding.profile_count = std::to_integer<std::size_t>(segment[kMark.size() + 1]);
}

// The first Exif segment tells how the picture lies; others hold parts of a profile.
boolean read_app(j_decompress_ptr jpeg) {
  constexpr std::size_t kLengthBytes = 2;
  const jpeg_source_mgr& source = *jpeg->src;
  if (source.bytes_in_buffer < kLengthBytes) stop(decoding_of(jpeg), kTruncated);
  const std::size_t length =
      std::size_t{source.next_input_byte[0]} << 8 | source.next_input_byte[1];
  if (length < kLengthBytes) ERREXIT(jpeg, JERR_BAD_LENGTH);
  const std::size_t bytes = std::min(length, source.bytes_in_buffer) - kLengthBytes;
  const auto segment = std::as_bytes(std::span(source.next_input_byte + kLengthBytes, bytes));
  Decoding& decoding = decoding_of(jpeg);
  if (jpeg->unread_marker != kExifMarker) {
    keep_profile_part(decoding, segment);
  } else if (!decoding.orientation) {
    decoding.orientation = read_segment_orientation(segment);
  }
  skip(jpeg, static_cast<int>(length));
  return TRUE;
}

// Empty if a part is missing.
std::vector<std::byte> profile_of(const Decoding& decoding) {
  std::vector<std::byte> profile;
  for (std::size_t i = 1; i <= decoding.profile_count; ++i) {
    const auto part = decoding.profile_parts[i];
    if (part.empty()) return {};
    profile.insert(profile.end(), part.begin(), part.end());
  }
  return profile;
}

[[noreturn]] void give_up(const Decoding& decoding) {
  const int code = decoding.errors.msg_code;
  switch (decoding.end) {
    case kTruncated:
      throw std::runtime_error("it is truncated");
    case kLate:
      decoding.budget.refuse_time();
    case kScans:
      throw std::runtime_error("it has more than " + std::to_string(decoding.budget.max_scans()) +
                               " scans, the limit; save it anew");
    case kRefused:
      break;
  }
  if (code == JERR_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code == JERR_NO_BACKING_STORE) decoding.budget.refuse_memory();
  throw std::runtime_error(std::string("libjpeg refuses it: ") + decoding.reason.data());
}

void read_header(Decoding& decoding, std::span<const std::byte> bytes) {
  if (setjmp(decoding.failed) != 0) give_up(decoding);
  jpeg_decompress_struct& jpeg = decoding.jpeg;
  jpeg_create_decompress(&jpeg);
  decoding.source = {reinterpret_cast<const JOCTET*>(bytes.data()),
                     bytes.size(),
                     nothing,
                     want_more,
                     skip,
                     jpeg_resync_to_restart,
                     nothing};
  jpeg.src = &decoding.source;
  decoding.progress.progress_monitor = watch;
  jpeg.progress = &decoding.progress;
  jpeg_set_marker_processor(&jpeg, kExifMarker, read_app);
  jpeg_set_marker_processor(&jpeg, kProfileMarker, read_app);
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = jpeg.num_components == 1       ? JCS_GRAYSCALE
                         : jpeg.num_components == kInks ? JCS_CMYK
                                                        : JCS_RGB;
}

// With several scans, libjpeg reads them all first, and keeps their coefficients.
void read_pixels(Decoding& decoding, const ToSrgb& ink_profile) {
  if (setjmp(decoding.failed) != 0) give_up(decoding);
  jpeg_decompress_struct& jpeg = decoding.jpeg;
  jpeg.mem->max_memory_to_use = static_cast<long>(  // NOLINT(google-runtime-int): libjpeg's type
      std::max<std::uint64_t>(decoding.budget.decoder_bytes(), 1));
  jpeg_start_decompress(&jpeg);
  const Image& image = decoding.image;
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * image.channels;
  const bool inks = !decoding.inks.empty();
  while (jpeg.output_scanline < jpeg.output_height) {
    std::uint8_t* pixels = decoding.image.pixels.data() + jpeg.output_scanline * row_bytes;
    JSAMPROW row = inks ? decoding.inks.data() : pixels;
    if (jpeg_read_scanlines(&jpeg, &row, 1) == 0) break;
    if (inks) inks_to_rgb(ink_profile, decoding.inks, pixels);
  }
}

// True if an end of ours may have come before that of the pixels without a warning: libjpeg gives
// none with arithmetic coding, and doesn't know how many scans there should have been.
bool may_lack_scans(const jpeg_decompress_struct& jpeg) {
  if (jpeg.arith_code != FALSE) return true;
  if (jpeg.coef_bits == nullptr) return jpeg.comps_in_scan < jpeg.num_components;
  const auto* bits = *jpeg.coef_bits;  // how many of each coefficient are not known yet
  return std::any_of(bits, bits + std::size_t{DCTSIZE2} * jpeg.num_components,
                     [](int unknown) { return unknown != 0; });
}

// What is behind the pixels is none of ours.
void read_end(Decoding& decoding) {
  if (decoding.is_ended_by_us && may_lack_scans(decoding.jpeg)) {
    decoding.end = kTruncated;
    give_up(decoding);
  }
  if (setjmp(decoding.failed) != 0) {
    if (decoding.end != kRefused) give_up(decoding);
    return;
  }
  jpeg_finish_decompress(&decoding.jpeg);
}

}  // namespace

StoredImage decode_jpeg(std::span<const std::byte> bytes, DecodeBudget& budget) {
  Decoding decoding{.budget = budget};
  jpeg_decompress_struct& jpeg = decoding.jpeg;
  jpeg.err = jpeg_std_error(&decoding.errors);
  jpeg.client_data = &decoding;
  decoding.errors.error_exit = fail;
  decoding.errors.emit_message = warn;
  read_header(decoding, bytes);

  const int channels = jpeg.num_components == 1 ? 1 : 3;
  decoding.image = budget.make_image(jpeg.image_width, jpeg.image_height, channels);
  decoding.has_header = true;
  std::vector<std::byte> profile = profile_of(decoding);
  const bool inks = jpeg.num_components == kInks;
  const ToSrgb ink_profile(inks ? profile : std::vector<std::byte>(), ToSrgb::Samples::kInks);
  if (inks) {
    decoding.inks.resize(static_cast<std::size_t>(jpeg.image_width) * kInks);
  }
  read_pixels(decoding, ink_profile);
  read_end(decoding);
  return {std::move(decoding.image), decoding.orientation.value_or(1), std::move(profile)};
}

}  // namespace simdb
