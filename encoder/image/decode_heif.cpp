// Decodes a HEIC or AVIF picture, which may be hostile, in a process that it may harm, and writes
// it to standard output (heif_message_internal.h). See heif_decoder.cpp, which starts it:
//   simdb-decode-heif MEMORY SECONDS < PICTURE
#include <libheif/heif.h>
#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "encoder/child_limits.h"
#include "encoder/image/heif_message_internal.h"

// Nothing is freed: the process ends with the picture.
namespace {

using namespace simdb;

struct NoDecoder {};
struct NobodyListens {};

void require_ok(const heif_error& error) {
  if (error.code == heif_error_Ok) return;
  if (error.code == heif_error_Memory_allocation_error) throw std::bad_alloc();
  if (error.code == heif_error_Plugin_loading_error ||
      error.subcode == heif_suberror_Unsupported_codec) {
    throw NoDecoder();
  }
  throw std::runtime_error(error.message);
}

template <typename Pointer>
Pointer require_memory(Pointer made) {
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

void tell(std::span<const std::byte> bytes) {
  if (!tell_parent(bytes)) throw NobodyListens();
}

void tell(const HeifMessage& message) { tell(std::as_bytes(std::span(&message, 1))); }

void tell(HeifWord word, std::string_view text = {}) {
  tell(HeifMessage{.word = word, .bytes = text.size()});
  tell(std::as_bytes(std::span(text)));
}

std::vector<std::byte> profile_of(const heif_image_handle* picture) {
  std::vector<std::byte> profile(heif_image_handle_get_raw_color_profile_size(picture));
  if (!profile.empty())
    require_ok(heif_image_handle_get_raw_color_profile(picture, profile.data()));
  return profile;
}

std::uint32_t primaries_of(const heif_image_handle* picture) {
  heif_color_profile_nclx* colours = nullptr;
  const heif_error error = heif_image_handle_get_nclx_color_profile(picture, &colours);
  return error.code == heif_error_Ok ? static_cast<std::uint32_t>(colours->color_primaries) : 0;
}

// All bytes of a picture, without the gaps that libheif leaves between rows.
void tell_pixels(const heif_image* decoded, HeifMessage message) {
  const int width = heif_image_get_width(decoded, heif_channel_interleaved);
  const int height = heif_image_get_height(decoded, heif_channel_interleaved);
  int row_bytes = 0;
  const std::uint8_t* const plane =
      heif_image_get_plane_readonly(decoded, heif_channel_interleaved, &row_bytes);
  if (plane == nullptr || width != static_cast<int>(message.width) ||
      height != static_cast<int>(message.height) ||
      row_bytes < width * static_cast<int>(message.channels)) {
    throw std::runtime_error("the picture has another size than its header says");
  }
  const std::size_t row = std::size_t{message.width} * message.channels;
  message.word = HeifWord::kPixels;
  message.bytes = row * message.height;
  tell(message);
  for (std::size_t y = 0; y < message.height; ++y) {
    tell(std::as_bytes(std::span(plane + y * static_cast<std::size_t>(row_bytes), row)));
  }
}

void decode(std::span<const std::byte> heif) {
  heif_context* const context = require_memory(heif_context_alloc());
  heif_context_set_max_decoding_threads(context, 0);  // none beside this one
  require_ok(
      heif_context_read_from_memory_without_copy(context, heif.data(), heif.size(), nullptr));
  heif_image_handle* picture = nullptr;
  require_ok(heif_context_get_primary_image_handle(context, &picture));
  const bool has_alpha = heif_image_handle_has_alpha_channel(picture) != 0;
  HeifMessage header{.word = HeifWord::kHeader, .channels = has_alpha ? 4U : 3U};
  header.width = static_cast<std::uint32_t>(heif_image_handle_get_width(picture));
  header.height = static_cast<std::uint32_t>(heif_image_handle_get_height(picture));
  header.premultiplied = heif_image_handle_is_premultiplied_alpha(picture) != 0 ? 1 : 0;
  const std::vector<std::byte> profile = profile_of(picture);
  header.primaries = profile.empty() ? primaries_of(picture) : 0;
  header.bytes = profile.size();
  tell(header);
  tell(profile);

  heif_decoding_options* const options = require_memory(heif_decoding_options_alloc());
  options->convert_hdr_to_8bit = 1;
  options->strict_decoding = 1;
  heif_image* decoded = nullptr;
  require_ok(heif_decode_image(
      picture, &decoded, heif_colorspace_RGB,
      has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, options));
  tell_pixels(decoded, header);
}

void run(std::uint64_t memory, std::uint64_t seconds) {
  try {
    const std::span<const std::byte> heif = map_input();
    require_ok(heif_init(nullptr));  // where codecs are plug-ins, they are loaded now
    ::mallopt(M_ARENA_MAX, 1);       // each would reserve 64 MB
    limit_child(memory, seconds);
    forbid_system_calls();
    decode(heif);
  } catch (const std::bad_alloc&) {
    tell(HeifWord::kOutOfMemory);
  } catch (const NoDecoder&) {
    tell(HeifWord::kNoDecoder);
  } catch (const std::runtime_error& e) {
    tell(HeifWord::kRefused, e.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("simdb-decode-heif is run by simdb, to decode HEIC and AVIF pictures\n", stderr);
    return 2;
  }
  try {
    run(std::stoull(argv[1]), std::stoull(argv[2]));
  } catch (const NobodyListens&) {
    ::_exit(1);
  }
  ::_exit(0);
}
