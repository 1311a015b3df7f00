#include "postgres/address.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <functional>
#include <system_error>

#include "core/printable.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kMaxNameBytes = 63;  // PostgreSQL cuts longer names

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit_of(text[i + 1]) >= 0 &&
        digit_of(text[i + 2]) >= 0) {
      result += static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

// Those of a URI that are to be kept, as they stand behind it.
std::string parameters(std::string_view text,
                       const std::function<bool(std::string_view, std::string_view)>& keep) {
  std::string kept;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = std::min(part.find('='), part.size());
    if (!keep(part.substr(0, equals), part.substr(std::min(equals + 1, part.size())))) continue;
    kept.append(1, kept.empty() ? '?' : '&').append(part);
  }
  return kept;
}

std::size_t number_of(std::string_view name, std::string_view value, std::size_t least,
                      std::size_t most) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && end == value.data() + value.size() && number >= least &&
      number <= most) {
    return number;
  }
  throw Error(ErrorCode::kUsage, std::string(name) + " is a number from " + std::to_string(least) +
                                     " to " + std::to_string(most) +
                                     " in the address of a database, not '" + printable(value) +
                                     "'");
}

}  // namespace

PostgresAddress parse_postgres_address(std::string_view text) {
  PostgresAddress address;
  const std::size_t question = is_postgres_address(text) ? text.find('?') : std::string_view::npos;
  address.server = text.substr(0, question);
  if (question == std::string_view::npos) return address;
  address.server +=
      parameters(text.substr(question + 1), [&](std::string_view name, std::string_view value) {
        if (name == "schema") {
          address.schema = decoded(value);
        } else if (name == "approximate") {
          address.is_approximate = number_of(name, value, 0, 1) == 1;
        } else if (name == "shards") {
          address.shards = number_of(name, value, 1, kMostShards);
        } else {
          return true;
        }
        return false;
      });
  if (address.schema.empty() || address.schema.size() > kMaxNameBytes ||
      address.schema.find('\0') != std::string::npos) {
    throw Error(ErrorCode::kUsage, "the schema of a PostgreSQL database has a name of 1 to " +
                                       std::to_string(kMaxNameBytes) + " bytes");
  }
  return address;
}

std::string without_password(std::string_view text) {
  const std::size_t question = text.find('?');
  std::string shown(text.substr(0, question));
  const std::size_t begin = shown.find("://") + 3;
  const std::size_t at = shown.rfind('@', shown.find('/', begin));
  const std::size_t colon = shown.find(':', begin);
  if (at != std::string::npos && at >= begin && colon < at) shown.erase(colon, at - colon);
  if (question == std::string_view::npos) return shown;
  return shown + parameters(text.substr(question + 1), [](std::string_view name, auto) {
           return !name.ends_with("password");
         });
}

}  // namespace simdb
