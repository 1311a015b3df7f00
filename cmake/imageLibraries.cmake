# OpenCV's targets opencv_core, opencv_imgproc and opencv_dnn, WebP::webp and lcms2::lcms2. Debian keeps OpenCV's package file in
# libopencv-dev, which wants 600 packages, and Debian 12 has none of the others: where they are missing, the libraries are
# taken as they lie. Used by simdb's build and by programs that find_package(simdb).
find_package(OpenCV QUIET CONFIG COMPONENTS core imgproc dnn)
find_package(WebP QUIET CONFIG)

function(simdb_find_library target library header)
  if(TARGET ${target})
    return()
  endif()
  find_path(SIMDB_${library}_INCLUDE_DIR ${header} PATH_SUFFIXES opencv4)
  find_library(SIMDB_${library}_LIBRARY ${library})
  mark_as_advanced(SIMDB_${library}_INCLUDE_DIR SIMDB_${library}_LIBRARY)
  if(NOT SIMDB_${library}_INCLUDE_DIR OR NOT SIMDB_${library}_LIBRARY)
    message(FATAL_ERROR "simdb needs ${header} and lib${library}; on Debian scripts/setup.sh installs them")
  endif()
  add_library(${target} UNKNOWN IMPORTED)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${SIMDB_${library}_LIBRARY}"
                                             INTERFACE_INCLUDE_DIRECTORIES "${SIMDB_${library}_INCLUDE_DIR}")
endfunction()
simdb_find_library(opencv_core opencv_core opencv2/core.hpp)
simdb_find_library(opencv_imgproc opencv_imgproc opencv2/imgproc.hpp)
simdb_find_library(opencv_dnn opencv_dnn opencv2/dnn.hpp)
simdb_find_library(WebP::webp webp webp/decode.h)
simdb_find_library(lcms2::lcms2 lcms2 lcms2.h)
