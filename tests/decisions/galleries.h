#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "database/embedded_gallery.h"
#include "database/predict.h"
#include "tests/support/embeddings.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb::test {

/// A gallery of dimension 16 in a folder of its own.
class OpenGallery {
 public:
  OpenGallery() : folder_(scratch_.path()), gallery_(make_store(folder_ / "store", 16), folder_) {}

  EmbeddedGallery& operator*() { return gallery_; }
  EmbeddedGallery* operator->() { return &gallery_; }
  const std::filesystem::path& folder() const { return folder_; }

  /// Adds rows of `embeddings` as items of a class, numbered on.
  std::vector<ItemId> add(const std::string& class_name, const EmbeddingBatch& embeddings) {
    std::vector<NewItem> items;
    for (std::size_t i = 0; i < embeddings.rows(); ++i) {
      items.push_back(numbered_item(next_++, class_name));
    }
    std::vector<ItemId> ids;
    for (const AddedItem& added : gallery_.add(items, embeddings)) ids.push_back(added.id);
    return ids;
  }

 private:
  TemporaryFolder scratch_;
  std::filesystem::path folder_;
  EmbeddedGallery gallery_;
  std::uint64_t next_ = 1;
};

/// What Database::query answers.
inline Prediction ask(const Gallery& gallery, std::span<const float> query,
                      const QueryOptions& options = {}) {
  Lookup lookup{options.k, options.within, options.filter};
  if (lookup.within) *lookup.within -= kSimilarityTolerance;
  return predict(gallery.look_up(query, lookup), options);
}

}  // namespace simdb::test
