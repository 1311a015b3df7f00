# What can be chosen, and the settings that every target shares.
option(SIMDB_BUILD_ENCODER "Build encoder/ and cli/ (OpenCV, ONNX)" ON)
option(SIMDB_BUILD_TRAINING "Build encoder/training and simdb-train (LibTorch)" ${SIMDB_BUILD_ENCODER})
option(SIMDB_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(SIMDB_BUILD_BENCHMARKS "Build the benchmarks" OFF)
set(SIMDB_ONNXRUNTIME AUTO CACHE STRING "Run models that OpenCV can't run with ONNX Runtime: AUTO (where it is), ON or OFF")
set_property(CACHE SIMDB_ONNXRUNTIME PROPERTY STRINGS AUTO ON OFF)
set(SIMDB_LIBHEIF AUTO CACHE STRING "Decode HEIC and AVIF with libheif: AUTO (where it is), ON or OFF")
set_property(CACHE SIMDB_LIBHEIF PROPERTY STRINGS AUTO ON OFF)
option(SIMDB_POSTGRES "Build postgres/, galleries in PostgreSQL, where libpq is" ON)
option(SIMDB_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" OFF)
set(SIMDB_SANITIZE "" CACHE STRING "Sanitizers for every target: 'address,undefined' or 'thread'")

option(SIMDB_FUZZ "Build libFuzzer programs (tests/fuzz; needs clang++) in place of all other tests" OFF)
option(SIMDB_WHEEL "For pip, which sets it (pyproject.toml): install the Python package alone, with encoders and helpers inside" OFF)
option(SIMDB_INSTALL "Have simdb's programs and libraries installed" ${PROJECT_IS_TOP_LEVEL})

# For this folder and those below, whoever includes it.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET default)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# LibTorch's headers take about 1 GB per translation unit.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS torch=2)

add_library(simdb_settings INTERFACE)
target_compile_options(simdb_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(SIMDB_WARNINGS_AS_ERRORS)
  # g++ 12's optimiser sees overflows in std::string and std::vector that are not there (GCC bug 105651 and kin).
  target_compile_options(simdb_settings INTERFACE -Werror -Wno-error=restrict -Wno-error=stringop-overflow
                                                  -Wno-error=stringop-overread -Wno-error=array-bounds)
endif()
if(SIMDB_FUZZ)
  # Coverage for the fuzzer, which looks for new edges, and for llvm-cov, which names the lines that no input reached.
  add_compile_options(-fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fsanitize=fuzzer-no-link -fprofile-instr-generate)
endif()
if(SIMDB_SANITIZE)
  add_compile_options(-fsanitize=${SIMDB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SIMDB_SANITIZE})
endif()
