#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "server/analyses.h"
#include "server/parameters.h"
#include "server/service.h"

namespace simdb::server {

/// What a route makes of an analysis.
using Render = std::function<Response(const Analysis&)>;

/// Answers with the analysis of this name when it is there, or with 304 where the client has the
/// same of the present state: the ETag is the number of the change and a hash of the name and of
/// `view`, which says what is shown of it. Throws Error(kBusy) if too many wait.
void reply_analysis(const Call& call, const std::string& name, const std::string& view,
                    Analyses::Work work, Render render);

/// Which part of its entries is wanted.
struct Page {
  std::uint64_t after = 0;  ///< so many come before it
  std::uint64_t limit = 50;
};
/// The parameters `after` and `limit`.
Page page_of(const Parameters& parameters);
/// The same as reply_analysis for {"change", `list`: a page of its entries, its text, "next"}. The
/// pages after the first are of the state that the first was of, as long as that is kept.
void reply_page(const Call& call, const std::string& name, std::string_view list, const Page& page,
                Analyses::Work work);

}  // namespace simdb::server
