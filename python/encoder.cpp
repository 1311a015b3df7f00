#include "python/encoder.h"

#include <pybind11/stl.h>

#include <utility>

#include "encoder/model/onnx_model_cut.h"
#include "python/arrays.h"
#include "simdb/encode_images.h"
#include "simdb/model_trial.h"
#include "simdb/onnx_encoder.h"
#include "simdb/shipped_encoders.h"

namespace simdb::python {
namespace {

using EncoderHandle = Handle<const ImageEncoder>;

std::unique_ptr<EncoderHandle> make_encoder(const py::object& path_or_name) {
  const std::string word = path_of(path_or_name).string();
  auto encoder = heard([&](const Stop& stop) -> std::shared_ptr<const ImageEncoder> {
    return std::make_shared<OnnxEncoder>(model_of(word, std::nullopt, stop), word);
  });
  return std::make_unique<EncoderHandle>(std::move(encoder), "the encoder " + word);
}

py::object encode_given(const EncoderHandle& handle, const py::object& given) {
  const auto encoder = handle.get();
  const Images images(given);
  return array_of(heard([&](const Stop& stop) { return encode(*encoder, images, stop); }));
}

}  // namespace

EmbeddingBatch encode(const ImageEncoder& encoder, const Images& images, const Stop& stop) {
  EmbeddingBatch all(encoder.dimension());
  all.reserve(images.size());
  encode_images(encoder, images.list(stop), [&](EncodedRun& run) {
    stop.check();
    if (!run.failures.empty()) throw Error(run.failures[0].code, run.failures[0].message);
    all.append(run.embeddings);
    return true;
  });
  return all;
}

std::vector<std::byte> model_of(const std::string& path_or_name,
                                std::optional<std::size_t> dimension, const Stop& stop) {
  const std::filesystem::path file = find_encoder_file(path_or_name);
  std::vector<std::byte> model = read_model_file(file);
  if (dimension) model = cut_onnx_model(model, *dimension, file.string());
  if (!is_shipped_encoder(file)) {
    judge_encoder(model, path_or_name, {.check = [&] { stop.check(); }});
  }
  return model;
}

void add_encoder(py::module_& module) {
  py::class_<EncoderHandle>(
      module, "Encoder",
      "Turns images into vectors, without a database. Immutable; for any number of threads.")
      .def(py::init(&make_encoder), py::arg("path_or_name"),
           "An encoder that comes with simdb ('photo', 'omniglot') or FILE.onnx, which is first "
           "tried in a process of its own. Raises NotFound, BadInput.")
      .def("encode", &encode_given, py::arg("images"),
           "Vectors of one image or a sequence: float32 (n, dimension), each of length 1. An image "
           "is a path, bytes of a file, a PIL image or uint8 (height, width[, 1, 3 or 4]). Raises "
           "BadInput, NotFound or Io for the first that can't be used.")
      .def_property_readonly(
          "dimension", [](const EncoderHandle& handle) { return handle.get()->dimension(); },
          "Floats per vector.")
      .def_property_readonly(
          "fingerprint", [](const EncoderHandle& handle) { return handle.get()->fingerprint(); },
          "SHA-256 of the model file, hexadecimal: vectors compare only within one fingerprint.");
}

}  // namespace simdb::python
