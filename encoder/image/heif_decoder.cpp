#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "encoder/child_process.h"
#include "encoder/image/byte_reader_internal.h"
#include "encoder/image/colour_internal.h"
#include "encoder/image/decoders_internal.h"
#include "encoder/image/heif_message_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

using Clock = std::chrono::steady_clock;

// Brands of ISO 23008-12 and of AV1's pictures; the last ones say no more than that it is HEIF.
struct HeifBrand {
  std::string_view brand;
  const char* name;
};
constexpr HeifBrand kHeifBrands[] = {{"avif", "AVIF"}, {"avis", "AVIF"}, {"heic", "HEIC"},
                                     {"heix", "HEIC"}, {"heim", "HEIC"}, {"heis", "HEIC"},
                                     {"hevc", "HEIC"}, {"hevx", "HEIC"}, {"hevm", "HEIC"},
                                     {"hevs", "HEIC"}, {"mif1", "HEIF"}, {"msf1", "HEIF"}};

constexpr std::uint32_t kDisplayP3 = 12;  // ITU-T H.273, table 2

constexpr const char* kOrConvert =
    ", or make a JPEG of it, with heif-convert (Debian: libheif-examples) for instance";

// What simdb-decode-heif says of a file. Nothing in it is believed.
class Answer {
 public:
  Answer(ChildProcess& child, const DecodeBudget& budget, std::string_view format)
      : child_(child), budget_(budget), format_(format) {}

  // Throws std::runtime_error if it is not this word, but why there is no picture.
  HeifMessage next(HeifWord word) {
    HeifMessage message;
    read(std::as_writable_bytes(std::span(&message, 1)));
    if (message.word == HeifWord::kOutOfMemory) budget_.refuse_memory();
    if (message.word == HeifWord::kNoDecoder) {
      throw std::runtime_error(
          "it is " + std::string(format_) +
          ", for which libheif has no decoder here; install it (Debian 13: libheif-plugin-libde265 "
          "for HEIC, libheif-plugin-dav1d for AVIF)" +
          kOrConvert);
    }
    if (message.word == HeifWord::kRefused) {
      constexpr std::uint64_t kMostText = 300;
      std::string text(std::min(message.bytes, kMostText), ' ');
      read(std::as_writable_bytes(std::span(text)));
      std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, ' ');
      // Its words are the same where a decoder finds no memory.
      const bool is_large = 2 * pixel_bytes_ > budget_.decoder_bytes();
      throw std::runtime_error(
          "libheif can't decode it: " + text.substr(0, text.find_last_not_of(' ') + 1) +
          (is_large ? "; it may need more memory than it is allowed" : ""));
    }
    if (message.word != word) refuse_end();
    pixel_bytes_ = std::uint64_t{message.width} * message.height * message.channels;
    return message;
  }

  void read(std::span<std::byte> to) {
    while (!to.empty()) {
      if (budget_.is_late(child_.cpu_seconds()) || Clock::now() > end_) budget_.refuse_time();
      const std::optional<std::size_t> got = child_.read(to);
      if (got == 0U) refuse_end();
      to = to.subspan(got.value_or(0));
    }
  }

  // Something came that is not the beginning of an answer, or nothing more.
  [[noreturn]] void refuse_end() {
    constexpr int kDoesNotLoad = 127;  // says the loader of programs
    const ChildProcess::End end = child_.wait();
    if (end.signal == SIGXCPU) budget_.refuse_time();
    if (end.code == kDoesNotLoad) {
      throw std::runtime_error(
          "it is " + std::string(format_) +
          ", and simdb-decode-heif, which reads that, does not start, most likely for lack of "
          "libheif; install it (Debian: libheif1)" +
          kOrConvert);
    }
    throw std::runtime_error("it is damaged: what decodes it " +
                             (end.signal == 0
                                  ? std::string("ends")
                                  : "crashes (signal " + std::to_string(end.signal) + ")"));
  }

 private:
  ChildProcess& child_;
  const DecodeBudget& budget_;
  std::string_view format_;
  std::uint64_t pixel_bytes_ = 0;
  // Only for one that does not compute: on a busy machine a second of it may take many.
  Clock::time_point end_ = Clock::now() + std::chrono::minutes(2);
};

ChildProcess start(std::span<const std::byte> heif, const DecodeBudget& budget,
                   std::string_view format, const std::filesystem::path& program) {
  // The file is there twice: here, and as the input of the process.
  const std::uint64_t memory =
      budget.decoder_bytes() - std::min<std::uint64_t>(budget.decoder_bytes(), heif.size());
  // The budget ends it earlier, if somebody is there to look.
  const double seconds = std::ceil(std::clamp(budget.max_seconds(), 0.0, 1e6)) + 1;
  try {
    return ChildProcess(program, {std::to_string(memory), std::to_string(std::llround(seconds))},
                        heif);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::kNotFound) throw;
    throw std::runtime_error(
        "it is " + std::string(format) +
        ", and simdb-decode-heif, which reads that, is neither beside the program nor on PATH; "
        "build simdb where libheif is (scripts/setup.sh installs it)" +
        kOrConvert);
  }
}

}  // namespace

std::optional<std::string_view> heif_name(std::span<const std::byte> bytes) {
  // ISO 14496-12: a box "ftyp" with the main brand and those that it is compatible with.
  ByteReader reader(bytes);
  if (!reader.has(4, "ftyp")) return std::nullopt;
  const std::uint64_t end = std::min<std::uint64_t>({reader.big(0, 4), bytes.size(), 256});
  for (const auto& [brand, name] : kHeifBrands) {
    for (std::uint64_t at = 8; at + 4 <= end; at += 4) {
      if (reader.has(at, brand)) return name;
    }
  }
  return std::nullopt;
}

StoredImage decode_heif(std::span<const std::byte> heif, DecodeBudget& budget,
                        const std::filesystem::path& program) {
  const std::string_view format = heif_name(heif).value_or("HEIF");
  ChildProcess child = start(heif, budget, format, program);
  Answer answer(child, budget, format);
  const HeifMessage header = answer.next(HeifWord::kHeader);
  const bool makes_sense = (header.channels == 3 || header.channels == 4) && header.width > 0 &&
                           header.height > 0 && header.bytes <= kMostProfileBytes;
  if (!makes_sense) answer.refuse_end();
  StoredImage stored;
  stored.profile.resize(header.bytes);
  answer.read(stored.profile);
  if (header.primaries == kDisplayP3) stored.profile = display_p3_profile();
  stored.is_premultiplied = header.channels == 4 && header.premultiplied == 1;
  const int channels = static_cast<int>(header.channels);
  budget.require_size(header.width, header.height, channels);
  // The pixels will be there twice as well.
  budget.require_memory(std::uint64_t{header.width} * header.height * header.channels +
                        heif.size());
  const HeifMessage pixels = answer.next(HeifWord::kPixels);
  stored.image = budget.make_image(header.width, header.height, channels);
  if (pixels.bytes != stored.image.pixels.size()) answer.refuse_end();
  answer.read(std::as_writable_bytes(std::span(stored.image.pixels)));
  budget.spend(child.cpu_seconds());
  return stored;
}

}  // namespace simdb
