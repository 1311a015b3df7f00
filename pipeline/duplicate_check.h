#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/originals.h"
#include "simdb/encode_images.h"
#include "simdb/gallery.h"
#include "simdb/ingest.h"

namespace simdb {

/// Finds what the images that are to be added are duplicates of: items, and images before them.
/// Thread-compatible.
class DuplicateCheck {
 public:
  /// `keys` are those of all images of the list: their items may be replaced, so they are none that
  /// other images are duplicates of. Gallery and list must outlive it.
  DuplicateCheck(const Gallery& gallery, const ImageList& list, std::set<std::string> keys);

  /// The rows of `run` from `first` on are asked for next; labels[i] is that of row i. Both must
  /// stay as they are meanwhile.
  void begin(const EncodedRun& run, std::span<const ImageLabel> labels, std::size_t first);
  /// What the image of this row is a duplicate of, if it is one. Of its own class only what has the
  /// same pixels and is another file is told, and to an image with a key not even that.
  std::optional<DuplicateImage> find(std::size_t row);
  /// The image of this row will be added: it counts from now on.
  void add(std::size_t row);
  /// The images of add() are items of the gallery now.
  void forget_added();

 private:
  // What is known of a row before anything is added.
  struct Row {
    bool is_there = false;                              // its file, in its class
    std::optional<DuplicateImage> file = std::nullopt;  // the same, of another class
    bool is_near = false;  // there is an item whose embedding may be the same
  };
  // An image that will be added.
  struct Added {
    std::size_t index = 0;  // in the list
    Sha256 digest{};
    std::string class_name = {};
    int width = 0;
    int height = 0;
    std::vector<float> embedding = {};
  };

  Row look_at(std::size_t row) const;
  bool counts(const ItemRecord& item) const;
  std::optional<DuplicateImage> find_file(std::size_t row) const;
  std::optional<DuplicateImage> find_pixels(std::size_t row, bool in_own_class);
  std::optional<ItemRecord> find_item(std::size_t row, bool in_own_class);
  const Added* find_added(std::size_t row, bool in_own_class);
  bool has_pixels_of(std::size_t row, const ItemRecord& item);
  // Nothing for an image of the list that can't be read any more, or has another digest now.
  const std::optional<Sha256>& pixels_of(std::size_t index, const Sha256& digest);
  double key_of(std::span<const float> embedding) const;

  const Gallery& gallery_;
  const ImageList& list_;
  const std::set<std::string> keys_;
  const Originals originals_;
  std::vector<float> direction_;  // of length 1

  const EncodedRun* run_ = nullptr;
  std::span<const ImageLabel> labels_ = {};
  std::size_t first_ = 0;
  std::vector<Row> rows_;  // from first_ on

  std::map<std::pair<Sha256, std::string>, std::size_t> added_files_;  // with class: its index
  std::multimap<double, Added> added_;                                 // by key_of()
  std::map<std::size_t, std::optional<Sha256>> pixels_;                // of pixels_of(), by index
};

}  // namespace simdb
