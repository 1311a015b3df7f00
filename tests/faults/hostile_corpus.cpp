#include "tests/faults/hostile_corpus.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "tests/support/hostile_images.h"

namespace simdb::test {
namespace {

namespace fs = std::filesystem;
using enum Verdict;

void write(const fs::path& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("can't write " + path.string());
}

Bytes patched(Bytes bytes, std::size_t at, std::initializer_list<int> values) {
  for (const int value : values) bytes.at(at++) = static_cast<std::byte>(value);
  return bytes;
}

const std::vector<std::string> kExtensions = {".png", ".jpg", ".bmp", ".webp"};

Image small_picture() { return quadrant_image(48, 32); }

// The position of SOFn in a JPEG of ours.
std::size_t frame_of(const Bytes& jpeg) {
  for (std::size_t at = 2; at + 4 < jpeg.size();) {
    const auto marker = std::to_integer<int>(jpeg[at + 1]);
    if (marker >= 0xC0 && marker <= 0xC2) return at;
    at += 2 + static_cast<std::size_t>(std::to_integer<int>(jpeg[at + 2]) << 8 |
                                       std::to_integer<int>(jpeg[at + 3]));
  }
  throw std::runtime_error("a JPEG without a frame");
}

void add_truncated(HostileFiles& corpus) {
  std::vector<std::pair<std::string, Bytes>> wholes;
  wholes.reserve(kExtensions.size() + 3);
  for (const std::string& extension : kExtensions) {
    wholes.emplace_back("plain" + extension, encode_as(noise_image(60, 40, 3, 1), extension));
  }
  wholes.emplace_back("progressive.jpg", encode_progressive_jpeg(noise_image(60, 40, 3, 1)));
  wholes.emplace_back("lossy.webp", encode_lossy_webp(noise_image(60, 40, 3, 1)));
  wholes.emplace_back("deep.png", make_large_png({.width = 60, .height = 40, .bit_depth = 16}));
  for (const auto& [name, whole] : wholes) {
    for (const std::size_t length :
         {std::size_t{1}, std::size_t{8}, whole.size() / 2, whole.size() - 1}) {
      // Without its last byte a file may still have all its pixels.
      corpus.add("cut-to-" + std::to_string(length) + "-" + name,
                 length + 1 == whole.size() ? kEither : kRefused,
                 Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    }
    corpus.add("whole-" + name, kTaken, whole);
  }
  corpus.add("zero-bytes.png", kRefused, {});
}

// All kinds that are legal and seldom seen.
void add_odd_kinds(HostileFiles& corpus) {
  for (const bool interlaced : {false, true}) {
    const std::string suffix = interlaced ? "-interlaced.png" : ".png";
    for (const auto& [type, name, depths] :
         std::vector<std::tuple<int, std::string, std::vector<int>>>{{0, "grey", {1, 2, 4, 8, 16}},
                                                                     {2, "rgb", {8, 16}},
                                                                     {3, "palette", {1, 2, 4, 8}},
                                                                     {4, "grey-alpha", {8, 16}},
                                                                     {6, "rgba", {8, 16}}}) {
      for (const int depth : depths) {
        PngRecipe recipe{.width = 37, .height = 29, .noise_every = 1};
        recipe.bit_depth = static_cast<std::uint8_t>(depth);
        recipe.colour_type = static_cast<std::uint8_t>(type);
        recipe.interlaced = interlaced;
        // Noise would name colours that a palette lacks.
        if (type == 3) recipe.noise_every = 0;
        const std::string kind = name + std::to_string(depth);
        corpus.add(kind + suffix, kTaken, make_large_png(recipe));
        if (type != 0 && type != 2 && type != 3) continue;
        recipe.transparent = true;
        corpus.add(kind + "-trns" + suffix, kTaken, make_large_png(recipe));
      }
    }
  }
  const JpegRecipe plain{.width = 50, .height = 30, .noise = true};
  for (const int components : {1, 3, 4}) {
    for (const bool progressive : {false, true}) {
      for (const bool arithmetic : {false, true}) {
        JpegRecipe recipe = plain;
        recipe.components = components;
        recipe.progressive = progressive;
        recipe.arithmetic = arithmetic;
        corpus.add(std::to_string(components) + "-inks" + (progressive ? "-progressive" : "") +
                       (arithmetic ? "-arithmetic" : "") + ".jpg",
                   kTaken, make_jpeg(recipe));
      }
    }
  }
  JpegRecipe ycck = plain;
  ycck.components = 4;
  ycck.ycck = true;
  corpus.add("ycck.jpg", kTaken, make_jpeg(ycck));
  corpus.add("alpha.webp", kTaken, encode_as(noise_image(40, 30, 4, 1), ".webp"));
  corpus.add("lossy-alpha.webp", kTaken, encode_lossy_webp(noise_image(40, 30, 4, 1)));
  for (const int bits : {1, 8, 24, 32}) {
    corpus.add(std::to_string(bits) + "-bits.bmp", kTaken,
               make_bmp({.width = 33, .height = 21, .bits = static_cast<std::uint16_t>(bits)}));
  }
  corpus.add("animated.gif.png", kTaken, make_animated_gif());
  corpus.add("animated.webp", kRefused,
             make_animated_webp(encode_as(small_picture(), ".webp"), 48, 32));
  PngParts apng{.width = 2, .height = 1, .scanlines = to_bytes({0, 50, 60})};
  apng.extra = png_chunk("acTL", to_bytes({0, 0, 0, 2, 0, 0, 0, 0}));
  append(apng.extra, png_chunk("fcTL", Bytes(26)));
  append(apng.extra, png_chunk("fdAT", Bytes(40)));
  corpus.add("animated.png", kTaken, make_png(apng));
  PngParts profile{.width = 2, .height = 1, .scanlines = to_bytes({0, 50, 60})};
  profile.extra = png_chunk("iCCP", to_bytes("bad profile"));
  corpus.add("bad-profile.png", kTaken, make_png(profile));
  Bytes icc = to_bytes({0xFF, 0xE2, 0x01, 0x00});
  append(icc, to_bytes("ICC_PROFILE"));
  icc.resize(0x102);
  corpus.add("bad-profile.jpg", kTaken, with_segments(encode_as(small_picture(), ".jpg"), icc, 3));
}

void add_lying_headers(HostileFiles& corpus) {
  const Bytes png = encode_as(small_picture(), ".png");
  const Bytes jpeg = encode_as(small_picture(), ".jpg");
  const Bytes bmp = encode_as(small_picture(), ".bmp");
  const Bytes webp = encode_as(small_picture(), ".webp");
  const std::size_t frame = frame_of(jpeg);
  corpus.add("wide-without-checksum.png", kRefused, patched(png, 16, {0, 0, 0x13, 0x88}));
  corpus.add("side-of-2-to-31.png", kRefused, patched(png, 16, {0x7F, 0xFF, 0xFF, 0xFF}));
  corpus.add("no-width.png", kRefused, patched(png, 16, {0, 0, 0, 0}));
  corpus.add("depth-3.png", kRefused, patched(png, 24, {3}));
  corpus.add("colour-type-5.png", kRefused, patched(png, 25, {5}));
  corpus.add("endless-chunk.png", kRefused, patched(png, 33, {0xFF, 0xFF, 0xFF, 0xFF}));
  corpus.add("too-few-rows.png", kRefused,
             make_png({.width = 4000, .height = 4000, .scanlines = Bytes(100)}));
  corpus.add("too-many-rows.png", kEither,
             make_png({.width = 4, .height = 4, .scanlines = Bytes(5000000)}));
  corpus.add("two-headers.png", kRefused,
             make_png_with_chunks(
                 png_chunk("IHDR", to_bytes({0, 0, 0x40, 0, 0, 0, 0x40, 0, 8, 2, 0, 0, 0})), 1));
  corpus.add("bad-filter.png", kRefused,
             make_png({.width = 2, .height = 1, .scanlines = to_bytes({9, 50, 60})}));
  corpus.add("no-palette.png", kRefused,
             make_png({.width = 1, .height = 1, .colour_type = 3, .scanlines = Bytes(2)}));
  corpus.add("65500-a-side.jpg", kRefused, patched(jpeg, frame + 5, {0xFF, 0xDC, 0xFF, 0xDC}));
  corpus.add("2000-a-side.jpg", kEither, patched(jpeg, frame + 5, {0x07, 0xD0, 0x07, 0xD0}));
  corpus.add("no-height.jpg", kRefused, patched(jpeg, frame + 5, {0, 0}));
  corpus.add("no-sampling.jpg", kRefused, patched(jpeg, frame + 11, {0}));
  corpus.add("sampling-15.jpg", kRefused, patched(jpeg, frame + 11, {0xFF}));
  corpus.add("255-inks.jpg", kRefused, patched(jpeg, frame + 9, {0xFF}));
  corpus.add("12-bits.jpg", kRefused, patched(jpeg, frame + 4, {12}));
  corpus.add("lossless.jpg", kRefused, patched(jpeg, frame + 1, {0xC3}));
  corpus.add("two-frames.jpg", kRefused,
             with_segments(jpeg, to_bytes({0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0}), 1));
  corpus.add("no-tables.jpg", kEither, patched(jpeg, frame + 12, {3}));
  corpus.add("wide.bmp", kRefused, patched(bmp, 18, {0xFF, 0xFF, 0xFF, 0x7F}));
  corpus.add("negative-width.bmp", kRefused, patched(bmp, 18, {0xFF, 0xFF, 0xFF, 0xFF}));
  corpus.add("lowest-height.bmp", kRefused, patched(bmp, 22, {0, 0, 0, 0x80}));
  corpus.add("7-bits.bmp", kRefused, patched(bmp, 28, {7}));
  corpus.add("pixels-far-away.bmp", kRefused, patched(bmp, 10, {0xFF, 0xFF, 0xFF, 0xFF}));
  corpus.add(
      "4-billion-colours.bmp", kEither,
      patched(make_bmp({.width = 33, .height = 21, .bits = 8}), 46, {0xFF, 0xFF, 0xFF, 0xFF}));
  corpus.add("jpeg-inside.bmp", kRefused, patched(bmp, 30, {4}));
  corpus.add("16384-a-side.webp", kEither, patched(webp, 21, {0xFF, 0xFF, 0xFF, 0x0F}));
  corpus.add("riff-of-4-gb.webp", kRefused, patched(webp, 4, {0xFF, 0xFF, 0xFF, 0xFF}));
  corpus.add("chunk-of-4-gb.webp", kRefused, patched(webp, 16, {0xFF, 0xFF, 0xFF, 0xFF}));
  corpus.add("version-7.webp", kRefused, patched(webp, 24, {0xE0}));
}

void add_wrong_names(HostileFiles& corpus) {
  const std::vector<std::string> wrong = {".jpg", ".bmp", ".webp", ".png"};
  for (std::size_t i = 0; i < kExtensions.size(); ++i) {
    corpus.add("really" + kExtensions[i] + wrong[i], kTaken,
               encode_as(small_picture(), kExtensions[i]));
  }
  const auto other = [&](const std::string& name, std::string_view start) {
    Bytes bytes = to_bytes(start);
    bytes.resize(2000, std::byte{0x20});
    corpus.add(name, kRefused, bytes);
  };
  using namespace std::string_view_literals;
  other("text.png", "Dear diary");
  other("page.png", "<html><script>alert(1)</script>");
  other("drawing.png", "<svg xmlns='http://www.w3.org/2000/svg'/>");
  other("program.png",
        "\x7F"
        "ELF");
  other("pdf.jpg", "%PDF-1.4");
  other("postscript.jpg", "%!PS\n(/etc/passwd) (r) file");
  other("tiff-little.jpg", "II*\0"sv);
  other("tiff-big.jpg", "MM\0*"sv);
  other("bigtiff.jpg", "II+\0"sv);
  other("exr.png", "v/1\x01");
  other("radiance.png", "#?RADIANCE");
  other("jpeg2000.jpg", "\0\0\0\x0CjP  \r\n\x87\n"sv);
  other("pnm.png", "P6\n2 2\n255\n");
  other("nitf.png", "NITF02.10");
  other("dicom.png", std::string(128, '\0') + "DICM");
  other("avif.png",
        "\0\0\0\x1C"
        "ftypavif"sv);
  other("only-a-signature.gif", "GIF89a");
  other("gdal.png", "<VRTDataset rasterXSize='20' rasterYSize='20'>");
  other("icon.png", "\0\0\1\0\1\0"sv);
  other("sound.webp", "RIFF\xFF\0\0\0WAVEfmt "sv);
  other("only-a-signature.png", "\x89PNG\r\n\x1A\n");
  other("only-a-signature.jpg", "\xFF\xD8\xFF");
  other("only-a-signature.bmp", "BM");
  other("only-a-signature.webp", "RIFF\xC0\x07\0\0WEBPVP8L"sv);
}

void add_gif_and_tiff(HostileFiles& corpus) {
  const GifRecipe gif{.screen_width = 60,
                      .screen_height = 40,
                      .width = 60,
                      .height = 40,
                      .pixels = Bytes(2400, std::byte{7})};
  const Bytes whole_gif = make_gif(gif);
  corpus.add("whole.gif", kTaken, whole_gif);
  corpus.add("cut.gif", kRefused, Bytes(whole_gif.begin(), whole_gif.begin() + 1500));
  corpus.add("65535-a-side.gif", kRefused, patched(whole_gif, 6, {0xFF, 0xFF, 0xFF, 0xFF}));
  corpus.add("no-size.gif", kTaken, patched(whole_gif, 6, {0, 0, 0, 0}));
  GifRecipe far = gif;
  far.left = far.top = 65535;
  corpus.add("far-away.gif", kRefused, make_gif(far));
  TiffParts tiff{.width = 60, .height = 40, .chunks = {Bytes(7200)}};
  const Bytes whole_tiff = make_tiff(tiff);
  corpus.add("whole.tif", kTaken, whole_tiff);
  corpus.add("cut.tif", kRefused, Bytes(whole_tiff.begin(), whole_tiff.begin() + 7250));
  corpus.add("directory-far-away.tif", kRefused, patched(whole_tiff, 4, {0xFF, 0xFF, 0xFF, 0xFF}));
  tiff.next_directory = 7208;
  corpus.add("directories-in-a-ring.tif", kTaken, make_tiff(tiff));
  tiff.shared_entries = 60000;
  corpus.add("shared-data.tif", kRefused, make_tiff(tiff));
  tiff = {.width = 65500, .height = 65500, .chunks = {Bytes(100)}};
  corpus.add("65500-a-side.tif", kRefused, make_tiff(tiff));
  tiff.width = 16384;
  tiff.height = 1;
  tiff.samples = 16384;
  corpus.add("16384-samples.tif", kRefused, make_tiff(tiff));
  tiff = {.width = 16, .height = 16, .tile = 1U << 31, .chunks = {Bytes(768)}};
  corpus.add("tile-of-2-to-31.tif", kRefused, make_tiff(tiff));
  for (const std::uint16_t compression : {6, 34661, 34712, 34887, 34925, 50000, 50001}) {
    tiff = {.width = 16, .height = 16, .compression = compression, .chunks = {Bytes(768)}};
    corpus.add("compression-" + std::to_string(compression) + ".tif", kRefused, make_tiff(tiff));
  }
}

void add_small_bombs(HostileFiles& corpus) {
  for (const std::uint32_t side : {30000U, 50000U}) {
    corpus.add_made("bomb-" + std::to_string(side) + ".png", kRefused,
                    [side](const fs::path& path) { write(path, make_png_bomb(side, side)); });
  }
  corpus.add("bomb-1048577.png", kRefused, make_png_bomb(1048577, 1));
  corpus.add("thin.png", kTaken, make_png_bomb(16384, 1));
  corpus.add("tall.png", kTaken, make_png_bomb(1, 16384));
  corpus.add("just-too-thin.png", kRefused, make_png_bomb(16385, 1));
  const Bytes progressive = make_jpeg({.width = 1000, .height = 1000, .progressive = true});
  corpus.add("90-scans.jpg", kTaken, repeat_last_scan(progressive, 80));
  corpus.add("101-scans.jpg", kRefused, repeat_last_scan(progressive, 95));
  corpus.add("5000-scans.jpg", kRefused, repeat_last_scan(progressive, 5000));
  corpus.add("many-tables.webp", kRefused, make_webp_of_many_tables());
  corpus.add("run-length.bmp", kEither,
             make_bmp({.width = 8192, .height = 8192, .bits = 8, .run_length = true}));
  corpus.add("run-length-30000.bmp", kRefused,
             make_bmp({.width = 30000, .height = 30000, .bits = 8, .run_length = true}));
}

void add_what_is_no_file(HostileFiles& corpus) {
  corpus.add_made("fifo.png", kRefused, [](const fs::path& path) {
    if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
  });
  corpus.add_made("socket.png", kRefused, [](const fs::path& path) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    if (socket < 0 || path.native().size() >= sizeof(address.sun_path)) {
      throw std::runtime_error("no socket at " + path.string());
    }
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    const int bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::close(socket);
    if (bound != 0) throw std::runtime_error("bind");
  });
  const auto link = [&](const std::string& name, const std::string& to) {
    corpus.add_made(name, kRefused, [to](const fs::path& path) { fs::create_symlink(to, path); });
  };
  link("zeros.png", "/dev/zero");
  link("null.png", "/dev/null");
  link("terminal.png", "/dev/tty");
  link("dangling.png", "nowhere");
  link("processor.png", "/proc/cpuinfo");
  corpus.add_made("loop.png", kRefused,
                  [](const fs::path& path) { fs::create_symlink(path.filename(), path); });
  corpus.add_made("empty-folder.png", kRefused,
                  [](const fs::path& path) { fs::create_directory(path); });
  corpus.add_made("sparse.png", kRefused, [](const fs::path& path) {
    write(path, to_bytes("\x89PNG\r\n\x1A\n"));
    fs::resize_file(path, std::uintmax_t{8} << 30);
  });
}

void add_hostile_names(HostileFiles& corpus) {
  const Bytes png = encode_as(small_picture(), ".png");
  for (const std::string name :
       {"line.\nbreak.png", "tab.\t.png", "escape.\x1b[31m\x1b]0;title\a.png", "latin.\xFF\xFE.png",
        "overlong.\xC0\xAF.png", "turned.\u202Egnp.png", "format.%s%n%p.png", "spaces.  a  .png",
        "quotes.'\"`$(id).png", "emoji.\U0001F600.png"}) {
    corpus.add("good-" + name, kTaken, png);
    corpus.add("bad-" + name, kRefused, to_bytes("no image"));
  }
  std::string longest = "longest.";
  longest.resize(240, 'x');
  corpus.add(longest + ".png", kTaken, png);
}

}  // namespace

std::string HostileFiles::numbered(const std::string& name) const {
  return "h" + std::to_string(100 + files_.size()) + "-" + name;
}

void HostileFiles::add(const std::string& name, Verdict verdict, Bytes bytes) {
  add_made(name, verdict, [bytes = std::move(bytes)](const fs::path& path) { write(path, bytes); });
}

void HostileFiles::add_heavy(const std::string& name, Verdict verdict,
                             std::function<Bytes()> bytes) {
  add_made(name, verdict,
           [bytes = std::move(bytes)](const fs::path& path) { write(path, bytes()); });
  files_.back().heavy = true;
}

void HostileFiles::add_made(const std::string& name, Verdict verdict,
                            std::function<void(const fs::path&)> make) {
  files_.push_back({numbered(name), verdict, std::move(make)});
}

std::vector<HostileFile> hostile_corpus() {
  HostileFiles corpus;
  add_truncated(corpus);
  add_odd_kinds(corpus);
  add_lying_headers(corpus);
  add_wrong_names(corpus);
  add_gif_and_tiff(corpus);
  add_heif_files(corpus);
  add_small_bombs(corpus);
  add_heavy_files(corpus);
  add_what_is_no_file(corpus);
  add_hostile_names(corpus);
  return corpus.take();
}

}  // namespace simdb::test
