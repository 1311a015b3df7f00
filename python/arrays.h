#pragma once

#include <pybind11/numpy.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "simdb/embedding.h"
#include "simdb/item.h"

namespace simdb::python {
namespace py = pybind11;

/// Vectors that a caller gave: a float32 array of (rows, dimension), or one of (dimension,). Looks
/// at the caller's own memory where that is contiguous float32, else at a copy.
class Rows {
 public:
  /// Throws Error(kBadInput) unless `given` is an array of numbers, or what NumPy makes one of, and
  /// its rows have `dimension`. `name` is that of the argument. Call with the GIL.
  Rows(const py::handle& given, std::size_t dimension, const char* name);

  bool is_single() const noexcept { return is_single_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t dimension() const noexcept { return dimension_; }
  std::span<const float> row(std::size_t i) const noexcept {
    return {values_ + i * dimension_, dimension_};
  }

  /// Rows `first` to before `last`, each scaled to length 1. Throws Error(kBadInput), naming the
  /// row, for one without direction.
  EmbeddingBatch normalized(std::size_t first, std::size_t last) const;
  EmbeddingBatch normalized() const { return normalized(0, size_); }

 private:
  py::array_t<float, py::array::c_style | py::array::forcecast> array_;
  const float* values_ = nullptr;
  std::size_t size_ = 0;
  std::size_t dimension_ = 0;
  bool is_single_ = false;
};

/// The width of an array (n, width). Throws Error(kBadInput) for what is none.
std::size_t width_of(const py::handle& given, const char* name);

/// An array of (rows, dimension) that owns the batch; nothing is copied.
py::array_t<float> array_of(EmbeddingBatch&& batch);

/// An array that owns `values`.
template <typename T>
py::array_t<T> array_of(std::vector<T>&& values, std::vector<py::ssize_t> shape) {
  auto* held = new std::vector<T>(std::move(values));
  const py::capsule owner(held, [](void* at) { delete static_cast<std::vector<T>*>(at); });
  return py::array_t<T>(std::move(shape), held->data(), owner);
}

/// Ids from an int, or any sequence or array of them. Throws Error(kBadInput) for numbers below 1,
/// py::type_error for what is no integer.
std::vector<ItemId> ids_of(const py::handle& given);

/// Calls work(first, last) for pieces of [0, count) that take some ten milliseconds each, and
/// check() before each.
template <typename Check, typename Work>
void in_pieces(std::size_t count, const Check& check, const Work& work) {
  constexpr std::chrono::milliseconds kEnough{25};
  std::size_t piece = 64;
  for (std::size_t first = 0; first < count;) {
    check();
    const std::size_t last = std::min(count, first + piece);
    const auto start = std::chrono::steady_clock::now();
    work(first, last);
    if (std::chrono::steady_clock::now() - start < kEnough) piece *= 4;
    first = last;
  }
}

}  // namespace simdb::python
