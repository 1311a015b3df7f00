#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace simdb::server {

enum class Access : std::uint8_t { kNone, kRead, kWrite };

/// What a client shows to be let in: "Authorization: Bearer TOKEN" (RFC 6750), one token for
/// everything and one for reading. Thread-safe.
class Tokens {
 public:
  /// `reading` may be empty: there is none then.
  Tokens(std::string writing, std::string reading);

  /// Takes as long for a wrong token as for a right one.
  Access access(std::optional<std::string_view> authorization) const noexcept;

  /// A code that take_code() takes once, in place of the one before.
  std::string new_code();
  /// The token for everything, if that is the code; it is none any more then, nor after a few wrong
  /// ones.
  std::optional<std::string> take_code(std::string_view code);

 private:
  const std::string writing_;
  const std::string reading_;
  std::mutex mutex_;
  std::string code_;
  int tries_ = 0;
};

/// 32 characters of 190 random bits, such as a token.
std::string random_token();

/// The token in a file of one line; where there is no such file one is made, which only its owner
/// may read. Throws Error(kUsage) if others may read the file or its token is too short (16 visible
/// characters) to hold, Error(kIo).
std::string token_in(const std::filesystem::path& file);

}  // namespace simdb::server
