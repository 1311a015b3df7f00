#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "encoder/image/colour_internal.h"
#include "encoder/image/decoders_internal.h"
#include "encoder/image/tiff_directory_internal.h"
#include "encoder/image/tiff_library_internal.h"

namespace simdb {
namespace {

using namespace std::string_literals;

// The file as libtiff sees it, and what it says of it. Mapped: nothing is copied.
struct Source {
  std::span<const std::byte> bytes;
  std::uint64_t at = 0;
  std::array<char, 160> reason{};

  static Source& of(thandle_t handle) { return *static_cast<Source*>(handle); }
};

tmsize_t read(thandle_t handle, void* to, tmsize_t wanted) {
  Source& source = Source::of(handle);
  if (wanted < 0 || source.at > source.bytes.size()) return -1;
  const std::size_t length =
      std::min<std::size_t>(static_cast<std::size_t>(wanted), source.bytes.size() - source.at);
  std::memcpy(to, source.bytes.data() + source.at, length);
  source.at += length;
  return static_cast<tmsize_t>(length);
}
tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return -1; }
toff_t seek(thandle_t handle, toff_t to, int from) {
  Source& source = Source::of(handle);
  source.at = from == SEEK_SET ? to : from == SEEK_CUR ? source.at + to : source.bytes.size() + to;
  return source.at;
}
int close_nothing(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return Source::of(handle).bytes.size(); }
int map(thandle_t handle, void** base, toff_t* size) {
  *base = const_cast<std::byte*>(Source::of(handle).bytes.data());
  *size = Source::of(handle).bytes.size();
  return 1;
}
void unmap(thandle_t, void*, toff_t) {}

// Both: the handlers of the whole process are not called, and nothing is printed.
constexpr int kHandled = 1;
int keep_reason(TIFF*, void* user, const char*, const char* format, std::va_list values) {
  std::array<char, 160>& reason = static_cast<Source*>(user)->reason;
  std::vsnprintf(reason.data(), reason.size(), format, values);
  for (char& c : reason) {
    if (c != '\0' && (c < ' ' || c > '~')) c = '?';  // it may quote the file
  }
  return kHandled;
}
int ignore(TIFF*, void*, const char*, const char*, std::va_list) { return kHandled; }

[[noreturn]] void refuse_damage(const Source& source) {
  throw std::runtime_error("libtiff refuses it: "s + source.reason.data());
}

struct Kind {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 1;  // a sample
  std::uint16_t samples = 1;
  std::uint16_t compression = COMPRESSION_NONE;
  std::uint16_t colours = PHOTOMETRIC_MINISWHITE;
  std::uint16_t planes = PLANARCONFIG_CONTIG;
  bool has_alpha = false;
  bool is_premultiplied = false;

  bool is_separate() const { return planes == PLANARCONFIG_SEPARATE && samples > 1; }
  int samples_together() const { return is_separate() ? 1 : samples; }
  int planes_to_read() const { return is_separate() ? colour_samples() + int{has_alpha} : 1; }
  std::uint64_t bytes_of(std::uint64_t pixels) const {
    return (pixels * static_cast<std::uint64_t>(samples_together()) * bits + 7) / 8;
  }
  bool is_grey() const {
    return colours == PHOTOMETRIC_MINISWHITE || colours == PHOTOMETRIC_MINISBLACK;
  }
  int colour_samples() const {
    return is_grey() || colours == PHOTOMETRIC_PALETTE ? 1
           : colours == PHOTOMETRIC_SEPARATED          ? 4
                                                       : 3;
  }
  int channels() const { return has_alpha ? 4 : is_grey() ? 1 : 3; }
};

class Decoder {
 public:
  Decoder(std::span<const std::byte> file, DecodeBudget& budget)
      : source_{.bytes = file}, budget_(budget), directory_bytes_(tiff_directory_bytes(file)) {
    const std::unique_ptr<TIFFOpenOptions, decltype(lib_.free_options)> options(lib_.new_options(),
                                                                                lib_.free_options);
    if (options == nullptr) throw std::bad_alloc();
    // More than the longest directory entry, and than the buffers of any codec.
    lib_.set_most_memory(options.get(), static_cast<tmsize_t>(file.size() + (16U << 20)));
    lib_.set_error_handler(options.get(), keep_reason, &source_);
    lib_.set_warning_handler(options.get(), ignore, nullptr);
    tiff_.reset(lib_.open("", "rc", &source_, read, write_nothing, seek, close_nothing, size_of,
                          map, unmap, options.get()));
    if (tiff_ == nullptr) refuse_damage(source_);
    read_kind();
  }

  StoredImage decode();

 private:
  void read_kind();
  void require_known() const;
  void read_palette();
  void read_profile();
  void read_rows();
  void read_tiles();
  void require_time(std::uint64_t chunk_bytes) const;
  void put(const std::uint8_t* from, std::uint32_t x, std::uint32_t y, std::uint32_t width,
           int plane);

  const TiffLibrary& lib_ = tiff_library();
  Source source_;
  DecodeBudget& budget_;
  std::uint64_t directory_bytes_;
  std::unique_ptr<TIFF, decltype(lib_.close)> tiff_{nullptr, lib_.close};
  Kind kind_;
  std::array<std::array<std::uint8_t, 256>, 3> palette_{};
  std::vector<std::uint8_t> samples_;  // of one row, 8 bits each
  std::vector<std::uint8_t> inks_;
  std::vector<std::byte> profile_;
  std::unique_ptr<const ToSrgb> ink_profile_;
  Image image_;
};

void Decoder::read_kind() {
  const auto number = [&](std::uint32_t tag, std::uint16_t& value) {
    lib_.get_or_default(tiff_.get(), tag, &value);
  };
  lib_.get_field(tiff_.get(), TIFFTAG_IMAGEWIDTH, &kind_.width);
  lib_.get_field(tiff_.get(), TIFFTAG_IMAGELENGTH, &kind_.height);
  number(TIFFTAG_BITSPERSAMPLE, kind_.bits);
  number(TIFFTAG_SAMPLESPERPIXEL, kind_.samples);
  number(TIFFTAG_COMPRESSION, kind_.compression);
  number(TIFFTAG_PLANARCONFIG, kind_.planes);
  if (lib_.get_field(tiff_.get(), TIFFTAG_PHOTOMETRIC, &kind_.colours) == 0) {
    kind_.colours = kind_.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  }
  if (kind_.compression == COMPRESSION_JPEG && kind_.colours == PHOTOMETRIC_YCBCR) {
    lib_.set_field(tiff_.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  std::uint16_t extra = 0;
  const std::uint16_t* extras = nullptr;
  lib_.get_or_default(tiff_.get(), TIFFTAG_EXTRASAMPLES, &extra, &extras);
  if (extra > 0 && (kind_.is_grey() || kind_.colours == PHOTOMETRIC_RGB) &&
      kind_.samples > kind_.colour_samples()) {
    kind_.is_premultiplied = extras[0] == EXTRASAMPLE_ASSOCALPHA;
    kind_.has_alpha = kind_.is_premultiplied || extras[0] == EXTRASAMPLE_UNASSALPHA;
  }
  require_known();
}

void Decoder::require_known() const {
  constexpr std::array<int, 9> kCompressions = {
      COMPRESSION_NONE,      COMPRESSION_CCITTRLE,      COMPRESSION_CCITTFAX3,
      COMPRESSION_CCITTFAX4, COMPRESSION_LZW,           COMPRESSION_JPEG,
      COMPRESSION_PACKBITS,  COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE};
  const auto refuse = [](const std::string& what, int value) {
    throw std::runtime_error("TIFF with " + what + " " + std::to_string(value) +
                             " is not read; save it as RGB of 8 or 16 bits, with LZW or without "
                             "compression");
  };
  if (std::find(kCompressions.begin(), kCompressions.end(), kind_.compression) ==
      kCompressions.end()) {
    refuse("compression", kind_.compression);
  }
  const bool is_ycc = kind_.colours == PHOTOMETRIC_YCBCR && kind_.compression == COMPRESSION_JPEG;
  const bool is_cmyk = kind_.colours == PHOTOMETRIC_SEPARATED && !kind_.is_separate();
  if (!kind_.is_grey() && kind_.colours != PHOTOMETRIC_RGB &&
      kind_.colours != PHOTOMETRIC_PALETTE && !is_ycc && !is_cmyk) {
    refuse("colours of kind", kind_.colours);
  }
  std::uint16_t format = SAMPLEFORMAT_UINT;
  lib_.get_or_default(tiff_.get(), TIFFTAG_SAMPLEFORMAT, &format);
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) refuse("numbers of kind", format);
  const bool fits =
      kind_.bits == 8 || kind_.bits == 16 ||
      (kind_.colour_samples() == 1 && (kind_.bits == 1 || kind_.bits == 2 || kind_.bits == 4));
  if (!fits || (kind_.colours == PHOTOMETRIC_PALETTE && kind_.bits > 8)) {
    refuse("bits per sample:", kind_.bits);
  }
  if (kind_.samples < kind_.colour_samples()) refuse("samples per pixel:", kind_.samples);
}

void Decoder::read_palette() {
  if (kind_.colours != PHOTOMETRIC_PALETTE) return;
  std::array<std::uint16_t*, 3> colours{};
  if (lib_.get_field(tiff_.get(), TIFFTAG_COLORMAP, &colours[0], &colours[1], &colours[2]) == 0) {
    throw std::runtime_error("it is damaged: it has no palette");
  }
  const std::size_t count = std::size_t{1} << kind_.bits;
  std::uint16_t largest = 0;
  for (const std::uint16_t* channel : colours) {
    largest = std::max(largest, *std::max_element(channel, channel + count));
  }
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < count; ++i) {  // some programs write 8 bits where 16 belong
      palette_[c][i] =
          static_cast<std::uint8_t>(largest < 256 ? colours[c][i] : colours[c][i] >> 8);
    }
  }
}

void Decoder::read_profile() {
  std::uint32_t bytes = 0;
  const std::byte* profile = nullptr;
  if (lib_.get_field(tiff_.get(), TIFFTAG_ICCPROFILE, &bytes, &profile) != 0) {
    profile_ = copy_profile({profile, bytes});
  }
  ink_profile_ = std::make_unique<const ToSrgb>(profile_, ToSrgb::Samples::kInks);
}

// Packed samples of 1 to 16 bits -> 8 bits each; numbers of a palette stay as they are.
void unpack(const std::uint8_t* from, std::uint16_t bits, bool scale,
            std::span<std::uint8_t> samples) {
  if (bits == 8) {
    std::memcpy(samples.data(), from, samples.size());
  } else if (bits == 16) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      std::uint16_t value = 0;
      std::memcpy(&value, from + 2 * i, sizeof(value));  // in the machine's order
      samples[i] = static_cast<std::uint8_t>((value * 255U + 32895U) >> 16);
    }
  } else {
    const unsigned most = (1U << bits) - 1;
    const unsigned factor = scale ? 255 / most : 1;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::size_t bit = i * bits;
      samples[i] =
          static_cast<std::uint8_t>((from[bit / 8] >> (8 - bits - bit % 8) & most) * factor);
    }
  }
}

// Part of a row: of all samples, or of one plane.
void Decoder::put(const std::uint8_t* from, std::uint32_t x, std::uint32_t y, std::uint32_t width,
                  int plane) {
  const int channels = image_.channels;
  const int together = kind_.samples_together();
  samples_.resize(static_cast<std::size_t>(width) * together);
  const bool is_palette = kind_.colours == PHOTOMETRIC_PALETTE;
  unpack(from, kind_.bits, !is_palette, samples_);
  std::uint8_t* to =
      image_.pixels.data() + (static_cast<std::size_t>(y) * image_.width + x) * channels;
  const std::uint8_t* sample = samples_.data();
  if (kind_.colours == PHOTOMETRIC_SEPARATED) {
    inks_.resize(std::size_t{width} * 4);
    for (std::size_t i = 0; i < inks_.size(); ++i) {
      inks_[i] = 255 - sample[i / 4 * together + i % 4];  // JPEG's way round
    }
    return inks_to_rgb(*ink_profile_, inks_, to);
  }
  const std::uint8_t flip = kind_.colours == PHOTOMETRIC_MINISWHITE ? 255 : 0;
  const int colours = kind_.colour_samples();
  for (int s = 0; s < together; ++s) {
    const int which = kind_.is_separate() ? plane : s;
    const bool is_alpha = which == colours && kind_.has_alpha;
    if (which >= colours && !is_alpha) continue;
    const int first = is_alpha ? 3 : which;
    const int last = is_alpha ? 3 : colours == 1 ? std::min(channels, 3) - 1 : which;
    for (int c = first; c <= last; ++c) {
      for (std::uint32_t i = 0; i < width; ++i) {
        const std::uint8_t value = sample[i * together + s];
        to[i * channels + c] = is_palette ? palette_[c][value] : is_alpha ? value : value ^ flip;
      }
    }
  }
}

// libtiff unpacks a tile, or a row, without a look at the clock; what that may take is bounded by
// how much it makes of how much. Only of Deflate can all of a strip go into one row: blocks may be
// empty. 4 MB of them take 0.4 s.
void Decoder::require_time(std::uint64_t chunk_bytes) const {
  constexpr std::uint64_t kMostPacked = 4U << 20;
  constexpr std::uint64_t kMostUnpacked = 16U << 20;
  if (budget_.is_late()) budget_.refuse_time();
  if (chunk_bytes > kMostUnpacked) {
    throw std::runtime_error("its tiles are too large; save it in strips");
  }
  const bool is_deflate =
      kind_.compression == COMPRESSION_DEFLATE || kind_.compression == COMPRESSION_ADOBE_DEFLATE;
  if (kind_.compression == COMPRESSION_NONE || (chunk_bytes == 0 && !is_deflate)) return;
  const std::uint32_t chunks = chunk_bytes > 0 ? lib_.tiles(tiff_.get()) : lib_.strips(tiff_.get());
  for (std::uint32_t i = 0; i < chunks; ++i) {
    if (lib_.packed_bytes(tiff_.get(), i) > kMostPacked) {
      throw std::runtime_error(
          "one of its strips or tiles has more than 4 MB of compressed data; "
          "save it with smaller ones, or without compression");
    }
  }
}

void Decoder::read_rows() {
  require_time(0);
  const std::uint64_t row_bytes = lib_.row_bytes(tiff_.get());
  if (row_bytes < kind_.bytes_of(kind_.width)) refuse_damage(source_);
  budget_.require_memory(directory_bytes_ + 2 * row_bytes);
  std::vector<std::uint8_t> row(row_bytes);
  for (int plane = 0; plane < kind_.planes_to_read(); ++plane) {
    for (std::uint32_t y = 0; y < kind_.height; ++y) {
      if (budget_.is_late()) budget_.refuse_time();
      if (lib_.read_row(tiff_.get(), row.data(), y, static_cast<std::uint16_t>(plane)) < 0) {
        refuse_damage(source_);
      }
      put(row.data(), 0, y, kind_.width, plane);
    }
  }
}

void Decoder::read_tiles() {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  lib_.get_field(tiff_.get(), TIFFTAG_TILEWIDTH, &width);
  lib_.get_field(tiff_.get(), TIFFTAG_TILELENGTH, &height);
  const std::uint64_t bytes = lib_.tile_bytes(tiff_.get());
  const std::uint64_t row_bytes = lib_.tile_row_bytes(tiff_.get());
  if (width == 0 || height == 0 || row_bytes < kind_.bytes_of(width) ||
      bytes < row_bytes * height) {
    refuse_damage(source_);
  }
  require_time(bytes);
  budget_.require_memory(directory_bytes_ + bytes + row_bytes);
  std::vector<std::uint8_t> tile(bytes);
  for (int plane = 0; plane < kind_.planes_to_read(); ++plane) {
    for (std::uint32_t y = 0; y < kind_.height; y += height) {
      for (std::uint32_t x = 0; x < kind_.width; x += width) {
        if (budget_.is_late()) budget_.refuse_time();
        if (lib_.read_tile(tiff_.get(), tile.data(), x, y, 0, static_cast<std::uint16_t>(plane)) <
            0) {
          refuse_damage(source_);
        }
        for (std::uint32_t row = 0; row < std::min(height, kind_.height - y); ++row) {
          put(tile.data() + row * row_bytes, x, y + row, std::min(width, kind_.width - x), plane);
        }
      }
    }
  }
}

StoredImage Decoder::decode() {
  if (kind_.width == 0 || kind_.height == 0) refuse_damage(source_);
  image_ = budget_.make_image(kind_.width, kind_.height, kind_.channels());
  read_palette();
  read_profile();
  if (lib_.is_tiled(tiff_.get()) != 0) {
    read_tiles();
  } else {
    read_rows();
  }
  std::uint16_t orientation = 1;
  lib_.get_or_default(tiff_.get(), TIFFTAG_ORIENTATION, &orientation);
  return {std::move(image_), orientation >= 1 && orientation <= 8 ? orientation : 1,
          std::move(profile_), kind_.is_premultiplied};
}

}  // namespace

StoredImage decode_tiff(std::span<const std::byte> tiff, DecodeBudget& budget) {
  return Decoder(tiff, budget).decode();
}

}  // namespace simdb
