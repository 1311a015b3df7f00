#include "cli/option_error.h"

#include <algorithm>

namespace simdb::cli {

std::string option_error(const boost::program_options::error& error,
                         std::span<const std::string> args) {
  const auto is_safe = [](const std::string& arg) { return arg.find('%') == std::string::npos; };
  if (std::ranges::all_of(args, is_safe)) return error.what();
  return "an option is not known, lacks its value or has one that makes no sense";
}

}  // namespace simdb::cli
