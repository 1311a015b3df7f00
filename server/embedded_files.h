#pragma once

#include <string_view>

// Text files of this folder that the build compiles in (simdb_embed in cmake/helpers.cmake).
namespace simdb::server {

extern const std::string_view kOpenApi;  ///< openapi.json

// page/built/, made by scripts/build_page.sh
extern const std::string_view kPageHtml;   ///< index.html
extern const std::string_view kPageJs;     ///< app.js
extern const std::string_view kPageMapJs;  ///< map.js
extern const std::string_view kPageCss;    ///< app.css
extern const std::string_view kPageIcon;   ///< icon.svg

}  // namespace simdb::server
