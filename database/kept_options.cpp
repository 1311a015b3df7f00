#include <array>
#include <charconv>
#include <cmath>
#include <sstream>

#include "database/kept_options_internal.h"
#include "simdb/error.h"

namespace simdb {
namespace {

bool is_valid(const QueryOptions& options) {
  const auto& [temperature, exponent] = options.rule;
  return options.k > 0 && temperature > 0 && std::isfinite(temperature) && exponent >= 0 &&
         exponent <= 1;
}

std::string shortest(double number) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
}

template <typename Number>
bool read(std::string_view word, std::string_view name, Number& number) {
  if (!word.starts_with(name)) return false;
  const char* end = word.data() + word.size();
  return std::from_chars(word.data() + name.size(), end, number).ptr == end;
}

}  // namespace

void require_valid(const QueryOptions& options) {
  if (is_valid(options)) return;
  throw Error(
      ErrorCode::kUsage,
      "a vote needs a k of at least 1, a temperature above 0 and a size exponent from 0 to 1");
}

std::string text_of(const QueryOptions& options) {
  if (options.k == QueryOptions{}.k && options.rule == VoteRule{}) return "";
  return "k=" + std::to_string(options.k) + " temperature=" + shortest(options.rule.temperature) +
         " size_exponent=" + shortest(options.rule.size_exponent);
}

QueryOptions options_from(const std::string& text) {
  QueryOptions options;
  if (text.empty()) return options;
  std::istringstream words(text);
  std::string k;
  std::string temperature;
  std::string exponent;
  words >> k >> temperature >> exponent;
  const bool is_read = read(k, "k=", options.k) &&
                       read(temperature, "temperature=", options.rule.temperature) &&
                       read(exponent, "size_exponent=", options.rule.size_exponent);
  if (!is_read || !is_valid(options)) {
    throw Error(ErrorCode::kCorruption, "what the database keeps of how to vote is damaged: '" +
                                            text + "'; run 'simdb tune' again");
  }
  return options;
}

}  // namespace simdb
