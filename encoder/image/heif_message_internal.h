#pragma once

#include <cstdint>

namespace simdb {

// What simdb-decode-heif writes to its standard output: the header of the picture as soon as it is
// known, with its ICC profile behind it; then, if all went well, the pixels. In place of either it
// may say why there is none. Another end, or fewer bytes, and it was ended.

/// The numbers change with the messages.
enum class HeifWord : std::uint32_t {
  kHeader = 0x48454901,   ///< the bytes are the ICC profile
  kPixels = 0x48454902,   ///< of 8 bits, RGB or RGBA, upright; row by row
  kRefused = 0x48454903,  ///< the bytes are libheif's words
  kNoDecoder = 0x48454904,
  kOutOfMemory = 0x48454905,
};

/// In front of `bytes` bytes. The same size stands before header and pixels.
struct HeifMessage {
  HeifWord word{};
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t channels = 0;       ///< 3 or 4
  std::uint32_t premultiplied = 0;  ///< 1: colours are multiplied by alpha
  std::uint32_t primaries = 0;      ///< of ITU-T H.273, where there is no profile; 0: not told
  std::uint64_t bytes = 0;
};

}  // namespace simdb
