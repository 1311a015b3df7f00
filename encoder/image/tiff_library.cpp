#include <dlfcn.h>

#include <stdexcept>
#include <string>
#include <type_traits>

#include "encoder/image/tiff_library_internal.h"

namespace simdb {

const TiffLibrary& tiff_library() {
  static const TiffLibrary loaded = [] {
    void* file = ::dlopen(SIMDB_TIFF_SONAME, RTLD_NOW | RTLD_LOCAL);
    TiffLibrary tiff{};
    bool complete = file != nullptr;
    const auto load = [&](auto& function, const char* name) {
      if (complete) {
        function =
            reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(file, name));
      }
      complete = complete && function != nullptr;
    };
    load(tiff.new_options, "TIFFOpenOptionsAlloc");
    load(tiff.free_options, "TIFFOpenOptionsFree");
    load(tiff.set_most_memory, "TIFFOpenOptionsSetMaxSingleMemAlloc");
    load(tiff.set_error_handler, "TIFFOpenOptionsSetErrorHandlerExtR");
    load(tiff.set_warning_handler, "TIFFOpenOptionsSetWarningHandlerExtR");
    load(tiff.open, "TIFFClientOpenExt");
    load(tiff.close, "TIFFClose");
    load(tiff.get_field, "TIFFGetField");
    load(tiff.get_or_default, "TIFFGetFieldDefaulted");
    load(tiff.set_field, "TIFFSetField");
    load(tiff.is_tiled, "TIFFIsTiled");
    load(tiff.row_bytes, "TIFFScanlineSize64");
    load(tiff.tile_row_bytes, "TIFFTileRowSize64");
    load(tiff.tile_bytes, "TIFFTileSize64");
    load(tiff.strips, "TIFFNumberOfStrips");
    load(tiff.tiles, "TIFFNumberOfTiles");
    load(tiff.packed_bytes, "TIFFGetStrileByteCount");
    load(tiff.read_row, "TIFFReadScanline");
    load(tiff.read_tile, "TIFFReadTile");
    if (!complete) {
      throw std::runtime_error("it is a TIFF, and " SIMDB_TIFF_SONAME
                               " (Debian: libtiff6) can't be loaded: " +
                               std::string(::dlerror()));
    }
    return tiff;
  }();
  return loaded;
}

}  // namespace simdb
