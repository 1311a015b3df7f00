#pragma once

#include <array>
#include <streambuf>

namespace simdb::cli {

/// Standard input for a stream that throws (exceptions() with badbit). A command with an
/// InterruptGuard does not wait on it after a signal: Interrupted is thrown. So is Error(kIo) where
/// the system refuses; a closed one is empty. Thread-compatible.
class StandardInput final : public std::streambuf {
 protected:
  int_type underflow() override;
  std::streamsize xsgetn(char* to, std::streamsize count) override;

 private:
  // Bytes read into `to`, at least one; 0 at the end.
  static std::streamsize read(char* to, std::size_t size);

  std::array<char, 1UL << 16> buffer_{};
};

}  // namespace simdb::cli
