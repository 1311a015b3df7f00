#include "core/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <climits>
#include <cstddef>

namespace simdb {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const unsigned char* unsigned_of(const void* bytes) {
  return static_cast<const unsigned char*>(bytes);
}

}  // namespace

std::string to_base64(std::span<const std::byte> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   unsigned_of(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// OpenSSL takes blanks around it, '=' anywhere in the last four and bits that mean nothing.
std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > INT_MAX) return std::nullopt;
  const std::size_t digits = std::min(text.find('='), text.size());
  const std::size_t padding = text.size() - digits;
  if (padding > 2 || text.substr(digits).find_first_not_of('=') != std::string_view::npos ||
      text.substr(0, digits).find_first_not_of(kDigits) != std::string_view::npos) {
    return std::nullopt;
  }
  if (padding > 0) {
    const std::size_t last = kDigits.find(text[digits - 1]);
    if (last % (padding == 1 ? 4 : 16) != 0) return std::nullopt;
  }
  std::vector<std::byte> bytes(text.size() / 4 * 3);
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   unsigned_of(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.erase(bytes.end() - static_cast<std::ptrdiff_t>(padding), bytes.end());
  return bytes;
}

}  // namespace simdb
