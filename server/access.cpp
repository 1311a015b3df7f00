#include "server/access.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <utility>

#include "core/file_io.h"
#include "core/printable.h"
#include "server/ascii.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::string_view kScheme = "bearer ";
constexpr std::size_t kTokenSize = 32;
constexpr std::size_t kShortestToken = 16;
constexpr std::uint64_t kMaxTokenBytes = 1024;
constexpr int kMostTries = 5;

// In a time that does not tell where they differ.
bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_token(std::string_view text) {
  return text.size() >= kShortestToken && text.size() <= kMaxTokenBytes / 2 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

Tokens::Tokens(std::string writing, std::string reading)
    : writing_(std::move(writing)), reading_(std::move(reading)) {}

Access Tokens::access(std::optional<std::string_view> authorization) const noexcept {
  std::string_view token;
  if (authorization && authorization->size() > kScheme.size() &&
      equal_ignoring_case(authorization->substr(0, kScheme.size()), kScheme)) {
    token = authorization->substr(kScheme.size());
  }
  const bool may_write = equal(token, writing_);
  const bool may_read = !reading_.empty() && equal(token, reading_);
  return may_write ? Access::kWrite : may_read ? Access::kRead : Access::kNone;
}

std::string Tokens::new_code() {
  const std::lock_guard lock(mutex_);
  code_ = random_token();
  tries_ = 0;
  return code_;
}

std::optional<std::string> Tokens::take_code(std::string_view code) {
  const std::lock_guard lock(mutex_);
  if (code_.empty()) return std::nullopt;
  const bool is_right = equal(code, code_);
  if (is_right || ++tries_ >= kMostTries) code_.clear();
  return is_right ? std::optional(writing_) : std::nullopt;
}

std::string random_token() {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string token(kTokenSize, ' ');
  for (char& c : token) c = kLetters[letter(device)];
  return token;
}

std::string token_in(const std::filesystem::path& file) {
  const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) {
    const std::string line = random_token() + "\n";
    const bool is_written =
        ::write(made, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (::close(made) != 0 || !is_written) {
      ::unlink(file.c_str());
      throw Error(ErrorCode::kIo, "can't write the token file " + printable(file.string()));
    }
  }
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & 0077) != 0) {
    throw Error(ErrorCode::kUsage, "others may read the token file " + printable(file.string()) +
                                       "; run 'chmod 600' on it, and change the token");
  }
  const std::vector<std::byte> bytes = read_file(file, kMaxTokenBytes);
  std::string token(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (!is_token(token)) {
    throw Error(ErrorCode::kUsage, "the token file " + printable(file.string()) +
                                       " needs one line of 16 to 512 visible characters; remove it "
                                       "and a new one is made");
  }
  return token;
}

}  // namespace simdb::server
