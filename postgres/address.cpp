#include "postgres/address.h"

#include <algorithm>
#include <cstddef>

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

}  // namespace

bool is_postgres_address(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

PostgresAddress parse_postgres_address(std::string_view text) {
  PostgresAddress address;
  const std::size_t question = is_postgres_address(text) ? text.find('?') : std::string_view::npos;
  address.server = text.substr(0, question);
  if (question == std::string_view::npos) return address;
  constexpr std::string_view kName = "schema=";
  char separator = '?';
  for (std::string_view rest = text.substr(question + 1); !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.starts_with(kName)) {
      address.schema = decoded(part.substr(kName.size()));
    } else {
      address.server.append(1, separator).append(part);
      separator = '&';
    }
  }
  if (address.schema.empty() || address.schema.size() > kMaxNameBytes ||
      address.schema.find('\0') != std::string::npos) {
    throw Error(ErrorCode::kUsage, "the schema of a PostgreSQL database has a name of 1 to " +
                                       std::to_string(kMaxNameBytes) + " bytes");
  }
  return address;
}

}  // namespace simdb
