#pragma once

#include <string>

#include "encoder/training/labeled_images.h"
#include "encoder/training/train_options.h"

namespace simdb::cli {

/// One HTML page that needs nothing else (no network, no script) and shows images as training will
/// see them: originals, changed copies, and each change in words. `title` names the data, for
/// people to read. Throws as preview_rows.
std::string render_preview(const training::LabeledImages& images,
                           const training::TrainOptions& options, const std::string& title);

}  // namespace simdb::cli
