#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simdb/digest.h"
#include "simdb/embedding.h"

namespace simdb::server {

/// A picture that was called unknown and waits for a name.
struct Unknown {
  std::uint64_t id = 0;     ///< later ones have larger ones, which are not used again
  std::int64_t time = 0;    ///< it was kept, milliseconds since 1970
  int width = 0;            ///< of the decoded picture
  int height = 0;           ///< likewise
  std::uint64_t bytes = 0;  ///< of its file
  Sha256 digest{};          ///< likewise
  /// By the gallery's encoder; nothing if it has another one since.
  std::optional<Embedding> embedding = std::nullopt;
};

/// How many are kept: the newest.
struct UnknownLimits {
  std::size_t pictures = 1000;
  std::uint64_t bytes = 256UL << 20;
};

/// The pictures that wait for a name, a file each in the folder `unknowns` of a database; see
/// docs/file_formats.md. One that a crash leaves half written, or that is damaged, is not shown.
/// Thread-safe. Members throw Error(kIo).
class Unknowns {
 public:
  /// `changed` gets their number when it has changed. `fingerprint` is that of the encoder.
  Unknowns(const std::filesystem::path& database, std::string fingerprint, bool read_only,
           std::function<void(std::size_t)> changed, UnknownLimits limits = {});

  /// Keeps a picture, durably, unless its digest is kept already; id and time of `picture` are
  /// chosen here. The oldest go where there are too many. One that is too large alone is not kept.
  void keep(Unknown picture, std::span<const std::byte> file);
  /// At most `limit` with an id above `after`, ascending.
  std::vector<Unknown> page(std::uint64_t after, std::size_t limit) const;
  std::optional<Unknown> find(std::uint64_t id) const;
  std::size_t size() const;
  /// The file of a picture. Throws Error(kNotFound) if there is none, Error(kCorruption) if it is
  /// damaged.
  std::vector<std::byte> image(std::uint64_t id) const;
  /// Puts the embedding of another encoder in place.
  void set_embedding(std::uint64_t id, const Embedding& embedding);
  /// Returns how many there were.
  std::size_t forget(std::span<const std::uint64_t> ids);
  /// The picture whose file has this digest.
  std::size_t forget(const Sha256& digest);

  /// What is in the folder now: for who only reads, beside a process that writes.
  void reload();
  /// What reload() could not use, in words.
  std::vector<std::string> problems() const;

 private:
  std::filesystem::path path_of(std::uint64_t id) const;
  void write(const Unknown& picture, std::span<const std::byte> file) const;
  Unknown read_head(const std::filesystem::path& file, std::uint64_t id) const;
  std::vector<std::uint64_t> superfluous() const;  // under mutex_
  void tell(std::size_t before) const;

  const std::filesystem::path folder_;
  const std::string fingerprint_;
  const bool read_only_;
  const std::function<void(std::size_t)> changed_;
  const UnknownLimits limits_;
  std::mutex change_mutex_;  // one change of the folder at a time
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Unknown> entries_;
  std::vector<std::string> problems_;
};

}  // namespace simdb::server
