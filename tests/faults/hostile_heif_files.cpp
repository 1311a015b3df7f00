#include <filesystem>
#include <string>

#include "core/file_io.h"
#include "tests/faults/hostile_corpus.h"

namespace simdb::test {
namespace {

using enum Verdict;

Bytes file(const std::string& name) {
  return read_file(std::filesystem::path(SIMDB_HEIF) / name, 1 << 20);
}

Verdict here(Verdict with_libheif) { return SIMDB_WITH_LIBHEIF ? with_libheif : kRefused; }

}  // namespace

void add_heif_files(HostileFiles& files) {
  for (const std::string name :
       {"phone.heic", "alpha.heic", "10-bits.heic", "grid.avif", "12-bits.avif", "sequence.avif"}) {
    const Bytes whole = file(name);
    files.add("whole-" + name, here(kTaken), whole);
    for (const std::size_t length : {std::size_t{40}, whole.size() / 2, whole.size() - 1}) {
      // The last byte of the sequence is its second frame's, and only the first is decoded.
      const bool is_whole = name == "sequence.avif" && length == whole.size() - 1;
      files.add("cut-to-" + std::to_string(length) + "-" + name, is_whole ? here(kTaken) : kRefused,
                Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    }
  }
  files.add("really-heic.jpg", here(kTaken), file("turned-1.heic"));
  files.add("really-avif.png", here(kTaken), file("turned.avif"));
  for (const std::string name :
       {"tile-of-itself.heic", "missing-tiles.heic", "own-thumbnail.heic", "too-large.heic"}) {
    files.add(name, kRefused, file("hostile/" + name));
  }
  for (const std::string name : {"many-tiles.heic", "large.heic", "large.avif"}) {
    files.add(name, here(kEither), file("hostile/" + name));
  }
}

}  // namespace simdb::test
