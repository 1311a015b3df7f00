#include "cli/option_error.h"

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <typeinfo>

#include "simdb/error.h"

namespace simdb::cli {

namespace po = boost::program_options;

std::string option_error(const boost::program_options::error& error,
                         std::span<const std::string> args) {
  const auto is_safe = [](const std::string& arg) { return arg.find('%') == std::string::npos; };
  if (std::ranges::all_of(args, is_safe)) return error.what();
  return "an option is not known, lacks its value or has one that makes no sense";
}

void refuse_numbers_out_of_range(const po::parsed_options& parsed,
                                 const po::options_description& all, const std::string& hint) {
  for (const auto& option : parsed.options) {
    const po::option_description* known = all.find_nothrow(option.string_key, false);
    if (known == nullptr) continue;
    const auto* typed = dynamic_cast<const po::typed_value_base*>(known->semantic().get());
    if (typed == nullptr) continue;
    for (const std::string& value : option.value) {
      const auto refuse = [&](std::string_view range) {
        std::string what = "the argument ('" + value + "') for option '--" + option.string_key;
        throw Error(ErrorCode::kUsage, what.append("' is invalid: it takes ").append(range) + hint);
      };
      const std::type_info& type = typed->value_type();
      if (type == typeid(std::size_t) || type == typeid(std::uint64_t)) {
        if (value.starts_with('-')) refuse("a whole number from 0 up");
      } else if (type == typeid(float) || type == typeid(double)) {
        if (!std::isfinite(std::strtod(value.c_str(), nullptr))) refuse("a finite number");
      }
    }
  }
}

}  // namespace simdb::cli
