#pragma once

#include <filesystem>
#include <string>

#include "encoder/model/onnx_model.h"
#include "simdb/class_folders.h"

namespace simdb::cli {

/// Adds the note that tells on which image files `model` was trained (encoder/model/trained_on.h):
/// those of the folders whose classes its notes name. Files that can't be read are left out.
void note_trained_files(EncoderModel& model, const std::filesystem::path& folder, ClassLevel level);

}  // namespace simdb::cli
