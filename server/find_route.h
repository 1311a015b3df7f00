#pragma once

#include <string>
#include <vector>

#include "server/service.h"

namespace simdb::server {

/// What routes() has for a request.
struct FoundRoute {
  const Route* route = nullptr;     ///< null: there is none
  std::vector<std::string> values;  ///< Call::path_values
  std::string allowed;              ///< the methods of the path, "GET, HEAD"; empty: no such path
};
FoundRoute find_route(const Request& request);

}  // namespace simdb::server
