#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/images.h"

namespace simdb::test {

/// What `simdb query` must do with a file.
enum class Verdict {
  kTaken,    ///< an answer
  kRefused,  ///< an error
  kEither,
};

/// A file, or something else in its place, that someone means harm with.
struct HostileFile {
  std::string name;  ///< the end of a path; its first part, up to '.', is printable and unique
  Verdict verdict;
  std::function<void(const std::filesystem::path&)> make;
  bool heavy = false;  ///< as costly as the limits allow, or tens of megabytes
};

/// Collects files and numbers their names.
class HostileFiles {
 public:
  void add(const std::string& name, Verdict verdict, Bytes bytes);
  /// Its bytes are made when it is.
  void add_heavy(const std::string& name, Verdict verdict, std::function<Bytes()> bytes);
  void add_made(const std::string& name, Verdict verdict,
                std::function<void(const std::filesystem::path&)> make);
  std::vector<HostileFile> take() { return std::move(files_); }

 private:
  std::string numbered(const std::string& name) const;

  std::vector<HostileFile> files_;
};

/// The heavy ones: huge chunks, and the largest pictures that the limits let through.
void add_heavy_files(HostileFiles& files);

/// HEIC and AVIF. None is taken where simdb is built without libheif.
void add_heif_files(HostileFiles& files);

/// All of them, more than 200, the same every time.
std::vector<HostileFile> hostile_corpus();

}  // namespace simdb::test
