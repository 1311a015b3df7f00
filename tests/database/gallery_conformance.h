#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "simdb/gallery.h"

namespace simdb::test {

/// A place where one engine keeps one gallery of dimension 16, empty at first.
class GalleryHost {
 public:
  virtual ~GalleryHost() = default;
  /// Opens it for writing; the one before is closed.
  virtual std::unique_ptr<Gallery> open() = 0;
  /// Opens it for reading, beside a writer; null if the engine has no readers.
  virtual std::unique_ptr<Gallery> open_reader() = 0;
  /// Whether what was acknowledged is there when it is opened again.
  virtual bool keeps() const = 0;
  /// Whether a reader sees the state of when it was opened until it refreshes, and not always the
  /// newest.
  virtual bool readers_wait() const { return true; }
  /// Whether all of an answer is of one state while changes run.
  virtual bool has_one_state() const { return true; }
  /// How many random steps it is followed for.
  virtual std::uint64_t steps() const { return 250; }
};

struct GalleryEngine {
  std::string name;
  std::function<std::unique_ptr<GalleryHost>()> make_host;
};
inline std::ostream& operator<<(std::ostream& out, const GalleryEngine& engine) {
  return out << engine.name;
}

/// What every implementation of the port must do: gallery_conformance.cpp. An engine's own test
/// instantiates it.
class GalleryConformanceTest : public testing::TestWithParam<GalleryEngine> {
 protected:
  std::vector<AddedItem> add(const std::vector<NewItem>& items, std::uint64_t seed = 1);
  /// Items number `first` ... `first + count - 1` of a class, with corner_embeddings: many ties.
  std::vector<ItemId> add_numbered(std::uint64_t first, std::size_t count,
                                   const std::string& class_name);

  std::unique_ptr<GalleryHost> host = GetParam().make_host();
  std::unique_ptr<Gallery> gallery = host->open();
};

/// How two galleries that must be equal differ, in words; empty if in nothing.
std::string difference(const Gallery& a, const Gallery& b, std::uint64_t seed);

}  // namespace simdb::test
