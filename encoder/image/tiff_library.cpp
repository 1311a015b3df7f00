#include <stdexcept>
#include <string>

#include "core/shared_library.h"
#include "encoder/image/tiff_library_internal.h"

namespace simdb {

const TiffLibrary& tiff_library() {
  static const TiffLibrary loaded = [] {
    SharedLibrary library(SIMDB_TIFF_SONAME);
    TiffLibrary tiff{};
    library.load(tiff.new_options, "TIFFOpenOptionsAlloc");
    library.load(tiff.free_options, "TIFFOpenOptionsFree");
    library.load(tiff.set_most_memory, "TIFFOpenOptionsSetMaxSingleMemAlloc");
    library.load(tiff.set_error_handler, "TIFFOpenOptionsSetErrorHandlerExtR");
    library.load(tiff.set_warning_handler, "TIFFOpenOptionsSetWarningHandlerExtR");
    library.load(tiff.open, "TIFFClientOpenExt");
    library.load(tiff.close, "TIFFClose");
    library.load(tiff.get_field, "TIFFGetField");
    library.load(tiff.get_or_default, "TIFFGetFieldDefaulted");
    library.load(tiff.set_field, "TIFFSetField");
    library.load(tiff.is_tiled, "TIFFIsTiled");
    library.load(tiff.row_bytes, "TIFFScanlineSize64");
    library.load(tiff.tile_row_bytes, "TIFFTileRowSize64");
    library.load(tiff.tile_bytes, "TIFFTileSize64");
    library.load(tiff.strips, "TIFFNumberOfStrips");
    library.load(tiff.tiles, "TIFFNumberOfTiles");
    library.load(tiff.packed_bytes, "TIFFGetStrileByteCount");
    library.load(tiff.read_row, "TIFFReadScanline");
    library.load(tiff.read_tile, "TIFFReadTile");
    if (!library.is_complete()) {
      throw std::runtime_error("it is a TIFF, and " SIMDB_TIFF_SONAME
                               " (Debian: libtiff6) can't be loaded: " +
                               library.problem());
    }
    return tiff;
  }();
  return loaded;
}

}  // namespace simdb
