#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "core/file_io.h"
#include "simdb/digest.h"
#include "simdb/error.h"
#include "storage/key_schema_internal.h"
#include "storage/witness_internal.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;

// magic, version, store_id, changes, mark, the first bytes of the SHA-256 of all before.
constexpr std::string_view kMagic = "simdbwit";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kStoreIdAt = kMagic.size() + 8;
constexpr std::size_t kChangesAt = kStoreIdAt + kStoreIdDigits;
constexpr std::size_t kMarkAt = kChangesAt + 8;
constexpr std::size_t kChecksumAt = kMarkAt + 8;
constexpr std::size_t kBytes = 72;
static_assert(kChecksumAt + 8 == kBytes);

std::string encode(const Witness::Statement& statement) {
  std::string bytes = std::string(kMagic) + encode_number(kVersion) + statement.store_id +
                      encode_number(statement.changes) + encode_number(statement.mark);
  const Sha256 digest = sha256(std::as_bytes(std::span(bytes)));
  bytes.append(reinterpret_cast<const char*>(digest.data()), kBytes - kChecksumAt);
  return bytes;
}

}  // namespace

std::optional<Witness::Statement> Witness::read(const fs::path& store) {
  try {
    const std::vector<std::byte> file = read_file(store / kWitnessFile, kBytes);
    const std::string bytes(reinterpret_cast<const char*>(file.data()), file.size());
    if (bytes.size() != kBytes) return std::nullopt;
    Statement statement{bytes.substr(kStoreIdAt, kStoreIdDigits),
                        decode_number(std::string_view(bytes).substr(kChangesAt, 8)).value_or(0),
                        decode_number(std::string_view(bytes).substr(kMarkAt, 8)).value_or(0)};
    if (bytes != encode(statement)) return std::nullopt;
    return statement;
  } catch (const Error&) {
    return std::nullopt;
  }
}

Witness::Witness(const fs::path& store, std::string store_id)
    : store_id_(std::move(store_id)),
      file_(::open((store / kWitnessFile).c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                   0666)) {}

Witness::~Witness() {
  if (file_ >= 0) ::close(file_);
}

void Witness::note(std::uint64_t changes, std::uint64_t mark) const noexcept {
  if (file_ < 0) return;
  // A failure leaves an older number, or bytes that are no witness: both are harmless.
  try {
    const std::string bytes = encode({store_id_, changes, mark});
    const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), 0);
    static_cast<void>(written);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch)
  }
}

}  // namespace simdb
