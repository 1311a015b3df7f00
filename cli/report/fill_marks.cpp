#include "cli/report/fill_marks.h"

#include <fmt/format.h>

#include "simdb/error.h"

namespace simdb::cli {

std::string fill_marks(std::string_view page,
                       std::span<const std::pair<std::string_view, std::string_view>> parts) {
  std::string filled;
  for (const auto& [mark, text] : parts) {
    const std::size_t at = page.find(mark);
    if (at == std::string_view::npos) {
      throw Error(ErrorCode::kInternal, fmt::format("the page lacks the mark {}", mark));
    }
    filled.append(page.substr(0, at)).append(text);
    page.remove_prefix(at + mark.size());
  }
  return filled.append(page);
}

}  // namespace simdb::cli
