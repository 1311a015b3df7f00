#include "python/images.h"

#include <pybind11/numpy.h>

#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb::python {
namespace {

bool is_path(const py::handle& given) {
  return py::isinstance<py::str>(given) || py::hasattr(given, "__fspath__");
}

bool is_file(const py::handle& given) {
  return PyBytes_Check(given.ptr()) != 0 || PyByteArray_Check(given.ptr()) != 0 ||
         PyMemoryView_Check(given.ptr()) != 0;
}

// PIL need not be there, and is not imported for this.
bool is_pil(const py::handle& given) {
  return py::hasattr(given, "convert") && py::hasattr(given, "getbands") &&
         py::hasattr(given, "tobytes");
}

bool is_array(const py::handle& given) { return py::hasattr(given, "__array_interface__"); }

Image image_of_pil(const py::handle& given) {
  auto image = py::reinterpret_borrow<py::object>(given);
  auto mode = image.attr("mode").cast<std::string>();
  if (mode != "L" && mode != "RGB" && mode != "RGBA") {
    const bool has_alpha = mode == "LA" || mode == "PA" ||
                           image.attr("info").attr("__contains__")("transparency").cast<bool>();
    mode = has_alpha ? "RGBA" : mode == "1" ? "L" : "RGB";
    image = image.attr("convert")(mode);
  }
  Image made;
  made.width = image.attr("width").cast<int>();
  made.height = image.attr("height").cast<int>();
  made.channels = mode == "L" ? 1 : mode == "RGB" ? 3 : 4;
  const auto pixels = image.attr("tobytes")().cast<py::bytes>();
  const auto view = static_cast<std::string_view>(pixels);
  made.pixels.assign(view.begin(), view.end());
  return made;
}

Image image_of_array(const py::handle& given) {
  const auto array = py::array::ensure(given);
  if (!array) throw py::error_already_set();
  const py::ssize_t channels = array.ndim() == 3 ? array.shape(2) : 1;
  if (!py::isinstance<py::array_t<std::uint8_t>>(array) ||
      (array.ndim() != 2 && array.ndim() != 3) ||
      (channels != 1 && channels != 3 && channels != 4)) {
    throw Error(
        ErrorCode::kBadInput,
        "an array of " + py::str(array.dtype()).cast<std::string>() + " with the shape " +
            py::str(array.attr("shape")).cast<std::string>() +
            " is no image; that is uint8 and (height, width) or (height, width, 1, 3 or 4)");
  }
  const auto flat = py::array_t<std::uint8_t, py::array::c_style>::ensure(array);
  if (!flat) throw py::error_already_set();
  const std::span<const std::uint8_t> pixels(flat.data(), static_cast<std::size_t>(flat.size()));
  return {static_cast<int>(array.shape(1)),
          static_cast<int>(array.shape(0)),
          static_cast<int>(channels),
          {pixels.begin(), pixels.end()}};
}

}  // namespace

std::filesystem::path path_of(const py::handle& given) {
  const auto path = py::reinterpret_steal<py::object>(PyOS_FSPath(given.ptr()));
  if (!path) throw py::error_already_set();
  PyObject* encoded = nullptr;
  if (PyUnicode_FSConverter(path.ptr(), static_cast<void*>(&encoded)) == 0)
    throw py::error_already_set();
  return std::string(static_cast<std::string_view>(py::reinterpret_steal<py::bytes>(encoded)));
}

bool Images::is_one(const py::handle& given) {
  if (is_path(given)) return true;  // a str of NumPy too, which would pass for an array
  if (is_array(given)) {
    const py::object interface = given.attr("__array_interface__");
    return py::len(interface["shape"]) < 4;
  }
  return is_file(given) || is_pil(given);
}

Images::Images(const py::handle& given) {
  if (is_one(given)) {
    take(given);
  } else {
    for (const py::handle one : py::iter(given)) take(one);
  }
}

void Images::take(const py::handle& one) {
  if (is_path(one)) {
    images_.emplace_back(path_of(one));
  } else if (PyBytes_Check(one.ptr()) != 0) {
    const auto held = py::reinterpret_borrow<py::bytes>(one);
    const auto view = static_cast<std::string_view>(held);
    images_.emplace_back(File{held, std::as_bytes(std::span(view))});
  } else if (is_file(one)) {  // others may change it meanwhile
    const auto copy = py::reinterpret_steal<py::bytes>(PyBytes_FromObject(one.ptr()));
    if (!copy) throw py::error_already_set();
    take(copy);
  } else if (is_pil(one)) {
    images_.emplace_back(image_of_pil(one));
  } else if (is_array(one)) {
    images_.emplace_back(image_of_array(one));
  } else {
    throw py::type_error("an image is a path, bytes, a PIL image or an array of uint8, not " +
                         std::string(Py_TYPE(one.ptr())->tp_name));
  }
}

std::string Images::name_of(std::size_t i) const {
  const auto* path = std::get_if<std::filesystem::path>(&images_[i]);
  return path != nullptr ? path->string() : "image " + std::to_string(i);
}

SourceImage Images::load(std::size_t i) const {
  if (const auto* path = std::get_if<std::filesystem::path>(&images_[i])) return load_image(*path);
  if (const auto* pixels = std::get_if<Image>(&images_[i])) return source_image(*pixels);
  SourceImage image = source_image(std::get<File>(images_[i]).bytes, name_of(i));
  image.source.clear();
  return image;
}

SourceImage Images::identify(std::size_t i) const {
  if (const auto* path = std::get_if<std::filesystem::path>(&images_[i])) {
    return identify_image(*path);
  }
  if (std::holds_alternative<Image>(images_[i])) return load(i);
  return {.digest = sha256(std::get<File>(images_[i]).bytes)};
}

std::optional<std::vector<std::byte>> Images::bytes(std::size_t i, std::uint64_t max) const {
  if (const auto* path = std::get_if<std::filesystem::path>(&images_[i])) {
    return list_of(std::span(path, 1)).bytes(0, max);
  }
  if (std::holds_alternative<Image>(images_[i])) return std::nullopt;  // there is no file
  const std::span<const std::byte> file = std::get<File>(images_[i]).bytes;
  if (file.size() > max) return std::nullopt;
  return std::vector(file.begin(), file.end());
}

ImageList Images::list(const Stop& stop) const {
  return {size(),
          [this, &stop](std::size_t i) {
            stop.check();
            return load(i);
          },
          [this](std::size_t i) { return name_of(i); },
          [this, &stop](std::size_t i) {
            stop.check();
            return identify(i);
          },
          [this](std::size_t i, std::uint64_t max) { return bytes(i, max); }};
}

}  // namespace simdb::python
