#include "simdb/digest.h"

#include <openssl/evp.h>

#include <charconv>

#include "simdb/error.h"

namespace simdb {

namespace {

void require_done(bool done) {
  if (!done) {
    throw Error(ErrorCode::kInternal, "the crypto library could not compute a SHA-256 digest");
  }
}

}  // namespace

Sha256 sha256(std::span<const std::byte> bytes) {
  Sha256 digest{};
  unsigned int length = 0;
  require_done(
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1 &&
      length == digest.size());
  return digest;
}

struct Sha256Stream::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
  require_done(context_->evp != nullptr &&
               EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) == 1);
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::append(std::span<const std::byte> bytes) {
  require_done(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1);
}

Sha256 Sha256Stream::finish() {
  Sha256 digest{};
  unsigned int length = 0;
  require_done(EVP_DigestFinal_ex(context_->evp, digest.data(), &length) == 1 &&
               length == digest.size());
  return digest;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

Sha256 sha256_from_hex(std::string_view hex) {
  Sha256 digest{};
  bool valid = hex.size() == 2 * digest.size();
  for (std::size_t i = 0; valid && i < digest.size(); ++i) {
    const char* first = hex.data() + 2 * i;
    valid = std::from_chars(first, first + 2, digest[i], 16).ptr == first + 2;
  }
  if (!valid) {
    throw Error(ErrorCode::kBadInput, "not a SHA-256 digest, which is 64 hexadecimal characters");
  }
  return digest;
}

}  // namespace simdb
