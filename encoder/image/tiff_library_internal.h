#pragma once

#include <tiffio.h>

namespace simdb {

/// The functions of libtiff that read one picture. It is loaded when the first TIFF is seen: few
/// people have any, and with the libraries of codecs behind it every program would start later.
struct TiffLibrary {
  decltype(&TIFFOpenOptionsAlloc) new_options;
  decltype(&TIFFOpenOptionsFree) free_options;
  decltype(&TIFFOpenOptionsSetMaxSingleMemAlloc) set_most_memory;
  decltype(&TIFFOpenOptionsSetErrorHandlerExtR) set_error_handler;
  decltype(&TIFFOpenOptionsSetWarningHandlerExtR) set_warning_handler;
  decltype(&TIFFClientOpenExt) open;
  decltype(&TIFFClose) close;
  decltype(&TIFFGetField) get_field;
  decltype(&TIFFGetFieldDefaulted) get_or_default;
  decltype(&TIFFSetField) set_field;
  decltype(&TIFFIsTiled) is_tiled;
  decltype(&TIFFScanlineSize64) row_bytes;
  decltype(&TIFFTileRowSize64) tile_row_bytes;
  decltype(&TIFFTileSize64) tile_bytes;
  decltype(&TIFFNumberOfStrips) strips;
  decltype(&TIFFNumberOfTiles) tiles;
  decltype(&TIFFGetStrileByteCount) packed_bytes;
  decltype(&TIFFReadScanline) read_row;
  decltype(&TIFFReadTile) read_tile;
};

/// Throws std::runtime_error, as decoders do, where there is no libtiff. Thread-safe.
const TiffLibrary& tiff_library();

}  // namespace simdb
