# Every third party, in the order that works: FAISS's package uses OpenMP's target without looking for it.
# cmake/simdbConfig.cmake.in repeats the run-time part of this list for programs that use simdb.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(fmt REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(faiss CONFIG REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
# Headers do it: no library, and nothing for programs that use simdb.
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
find_path(BOOST_MATH_INCLUDE_DIR boost/math/distributions/binomial.hpp REQUIRED)
find_package(Protobuf REQUIRED)

if(SIMDB_BUILD_ENCODER)
  include(cmake/imageLibraries.cmake)
  find_package(GIF REQUIRED)
  find_package(JPEG REQUIRED)
  find_package(PNG REQUIRED)
  find_package(TIFF REQUIRED) # its headers; the library is loaded when it is wanted
  list(GET TIFF_LIBRARIES 0 tiff_library)
  get_filename_component(tiff_library "${tiff_library}" REALPATH)
  string(REGEX MATCH "libtiff\\.so\\.[0-9]+" SIMDB_TIFF_SONAME "${tiff_library}")
  find_package(ONNX CONFIG REQUIRED)
  if(NOT TARGET ONNX::onnx_proto) # Debian 12's package has no name space
    add_library(ONNX::onnx_proto ALIAS onnx_proto)
  endif()
  include(cmake/onnxruntime.cmake)
  include(cmake/libheif.cmake)
  find_package(nlohmann_json REQUIRED)
  find_package(simdjson CONFIG REQUIRED)
  find_package(Boost CONFIG REQUIRED COMPONENTS program_options)
endif()
if(SIMDB_BUILD_TRAINING)
  # RocksDB's package leaves this set, and then Debian 12's LibTorch does not find its target gflags.
  unset(GFLAGS_USE_TARGET_NAMESPACE)
  # Debian 13's package warns of kineto, which is inside libtorch there.
  set(CMAKE_MESSAGE_LOG_LEVEL ERROR)
  find_package(Torch REQUIRED)
  unset(CMAKE_MESSAGE_LOG_LEVEL)
endif()
if(SIMDB_BUILD_TESTS)
  find_package(GTest REQUIRED)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  # Debian's packages for Python (NumPy, onnx, FAISS) are for Debian's own, whatever else is first on the path.
  find_program(SIMDB_SYSTEM_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
  if(NOT SIMDB_SYSTEM_PYTHON)
    set(SIMDB_SYSTEM_PYTHON ${Python3_EXECUTABLE})
  endif()
endif()
