#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace simdb::cli {

/// `page` with each mark (first) replaced by its text (second). The marks stand in the page in the
/// order given; each is looked for behind the one before, never in what was filled in: that may
/// hold anything. Throws Error(kInternal) if the page lacks one.
std::string fill_marks(std::string_view page,
                       std::span<const std::pair<std::string_view, std::string_view>> parts);

}  // namespace simdb::cli
