#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "simdb/calibration.h"
#include "simdb/database.h"
#include "simdb/encode_images.h"

namespace simdb {

/// Images of a database's classes that are no items, to calibrate by.
struct HeldOut {
  explicit HeldOut(std::size_t dimension) : images{EmbeddingBatch(dimension), {}} {}

  HeldOutImages images;
  std::size_t added_too = 0;    ///< left out, for the database has them as items
  std::size_t of_no_class = 0;  ///< left out, for the database does not have their class
};

/// Encodes `images`, the i-th of the class that `class_of` names. `consume` gets each run once it
/// has been taken up, with its failures; what it throws is let out.
HeldOut read_held_out(const Database& database, const ImageList& images,
                      const std::function<std::string(std::size_t)>& class_of,
                      const std::function<void(const EncodedRun&)>& consume);

/// What is left out, in words, a sentence for each reason; empty if nothing is.
std::vector<std::string> left_out_of(const HeldOut& held_out);
/// Throws Error(kBadInput) if there is nothing to calibrate by.
void require_images(const HeldOut& held_out);

}  // namespace simdb
