#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "python/calls.h"
#include "simdb/encode_images.h"

namespace simdb::python {
namespace py = pybind11;

/// The images that a caller gave: one, or a sequence of them. Each is the path of a file (str or
/// os.PathLike), the bytes of one, a PIL image, or an array of uint8: (height, width), or (height,
/// width, channels) with 1, 3 or 4 of these. Paths and bytes are looked at, pixels are copied.
class Images {
 public:
  /// Throws py::type_error for what is none of these, Error(kBadInput) for an array of another
  /// shape or type. Call with the GIL, also for the end of its life.
  explicit Images(const py::handle& given);

  /// Whether this is one image, not a sequence. Call with the GIL.
  static bool is_one(const py::handle& given);

  std::size_t size() const noexcept { return images_.size(); }
  /// A view of them, which it must outlive; loading ends by Stopped once `stop` is requested.
  ImageList list(const Stop& stop) const;

 private:
  struct File {
    py::object holder;
    std::span<const std::byte> bytes;
  };
  using Source = std::variant<std::filesystem::path, File, Image>;

  void take(const py::handle& one);
  std::string name_of(std::size_t i) const;
  SourceImage load(std::size_t i) const;
  SourceImage identify(std::size_t i) const;
  std::optional<std::vector<std::byte>> bytes(std::size_t i, std::uint64_t max) const;

  std::deque<Source> images_;
};

/// os.fspath of a str, bytes or os.PathLike.
std::filesystem::path path_of(const py::handle& given);

}  // namespace simdb::python
