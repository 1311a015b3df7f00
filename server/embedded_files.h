#pragma once

#include <string_view>

// Text files of this folder that the build compiles in (simdb_embed in cmake/helpers.cmake).
namespace simdb::server {

extern const std::string_view kOpenApi;  ///< openapi.json

}  // namespace simdb::server
