#include "cli/option_error.h"

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <typeinfo>

#include "simdb/error.h"

namespace simdb::cli {

namespace po = boost::program_options;

namespace {

// The whole of `text` is a number that the type can hold, and finite.
template <typename Number>
bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  if constexpr (std::is_floating_point_v<Number>) return std::isfinite(number);
  return true;
}

}  // namespace

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
        if (!is_number<std::uint64_t>(value)) refuse("a whole number from 0 to 2^64 - 1");
      } else if (type == typeid(int)) {
        if (!is_number<int>(value)) refuse("a whole number from -2^31 to 2^31 - 1");
      } else if (type == typeid(float)) {
        if (!is_number<float>(value)) refuse("a finite number of up to 3.4e38");
      } else if (type == typeid(double)) {
        if (!is_number<double>(value)) refuse("a finite number");
      }
    }
  }
}

}  // namespace simdb::cli
