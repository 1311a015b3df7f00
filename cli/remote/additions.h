#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/remote/remote.h"
#include "cli/remote/send_images.h"
#include "simdb/ingest.h"

namespace simdb::cli {

/// Where an image is sent to be added. Throws Error(kBadInput) if no item can have the label.
Remote::Target addition_target(const ImageLabel& label, const std::string& on_duplicate);

/// What became of images that were sent there, as ingest() tells it. A server does not tell which
/// files were too large to be kept.
class SentAdditions {
 public:
  explicit SentAdditions(std::span<const SentImage> sent);

  /// A view of this.
  IngestedRun run() const {
    return {.end = end_,
            .indices = indices_,
            .added = added_,
            .failures = failures_,
            .duplicates = duplicates_};
  }

 private:
  std::size_t end_ = 0;
  std::vector<std::size_t> indices_;
  std::vector<AddedItem> added_;
  std::vector<ImageFailure> failures_;
  std::vector<DuplicateImage> duplicates_;
};

}  // namespace simdb::cli
