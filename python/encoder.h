#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "python/calls.h"
#include "python/images.h"
#include "simdb/embedding.h"
#include "simdb/image_encoder.h"

namespace simdb::python {

/// Embeddings of all images. Throws the first failure as Error, Stopped if asked to stop. Call
/// without the GIL.
EmbeddingBatch encode(const ImageEncoder& encoder, const Images& images, const Stop& stop);

/// The bytes of the model that `path_or_name` names, cut to `dimension` where given. One that does
/// not come with simdb was tried in a process of its own. Errors as find_encoder_file,
/// read_model_file and judge_encoder.
std::vector<std::byte> model_of(const std::string& path_or_name,
                                std::optional<std::size_t> dimension, const Stop& stop);

void add_encoder(py::module_& module);

}  // namespace simdb::python
