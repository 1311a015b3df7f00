#pragma once

#include <string_view>

// Text files of this folder that the build compiles in (simdb_embed in cmake/helpers.cmake).
namespace simdb::cli {

extern const std::string_view kBashCompletion;  ///< simdb.bash

}  // namespace simdb::cli
