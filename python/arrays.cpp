#include "python/arrays.h"

#include <string>

#include "simdb/error.h"

namespace simdb::python {
namespace {

std::string shape_of(const py::array& array) {
  return py::str(array.attr("shape")).cast<std::string>();
}

}  // namespace

Rows::Rows(const py::handle& given, std::size_t dimension, const char* name) {
  const auto array = py::array::ensure(given);
  if (!array) {
    throw Error(ErrorCode::kBadInput, std::string(name) + " is no array of numbers");
  }
  const char kind = array.dtype().kind();
  if (kind != 'f' && kind != 'i' && kind != 'u') {
    throw Error(ErrorCode::kBadInput, std::string(name) + " has the type " +
                                          py::str(array.dtype()).cast<std::string>() +
                                          "; vectors are numbers, float32 at best");
  }
  is_single_ = array.ndim() == 1;
  if ((array.ndim() != 1 && array.ndim() != 2) ||
      static_cast<std::size_t>(array.shape(array.ndim() - 1)) != dimension) {
    throw Error(ErrorCode::kBadInput, std::string(name) + " has the shape " + shape_of(array) +
                                          "; it is (n, " + std::to_string(dimension) + ") or (" +
                                          std::to_string(dimension) + ",) here");
  }
  array_ = decltype(array_)::ensure(array);
  if (!array_) throw py::error_already_set();
  values_ = array_.data();
  dimension_ = dimension;
  size_ = is_single_ ? 1 : static_cast<std::size_t>(array_.shape(0));
}

std::size_t width_of(const py::handle& given, const char* name) {
  const auto array = py::array::ensure(given);
  if (array && array.ndim() == 2) return static_cast<std::size_t>(array.shape(1));
  throw Error(
      ErrorCode::kBadInput,
      std::string(name) + (array ? " has the shape " + shape_of(array) + "; it is (n, d) here"
                                 : " is no array of numbers"));
}

EmbeddingBatch Rows::normalized(std::size_t first, std::size_t last) const {
  EmbeddingBatch batch(dimension_);
  batch.reserve(last - first);
  for (std::size_t i = first; i < last; ++i) {
    try {
      batch.append_normalized(row(i));
    } catch (const Error& e) {
      throw Error(e.code(), "vector " + std::to_string(i) + ": " + e.what());
    }
  }
  return batch;
}

py::array_t<float> array_of(EmbeddingBatch&& batch) {
  auto* held = new EmbeddingBatch(std::move(batch));
  const py::capsule owner(held, [](void* at) { delete static_cast<EmbeddingBatch*>(at); });
  return py::array_t<float>({held->rows(), held->dimension()}, held->values().data(), owner);
}

std::vector<ItemId> ids_of(const py::handle& given) {
  const auto id_of = [](const py::handle& one) {
    const py::int_ number(py::reinterpret_steal<py::object>(PyNumber_Index(one.ptr())));
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
    if (overflow != 0 || value < 1) {
      throw Error(ErrorCode::kBadInput, py::str(py::handle(number)).cast<std::string>() +
                                            " is no id: those are 1 and above");
    }
    return ItemId{static_cast<std::uint64_t>(value)};
  };
  const auto checked = [&](const py::handle& one) {
    if (PyIndex_Check(one.ptr()) == 0) throw py::type_error("an id is an int");
    return id_of(one);
  };
  std::vector<ItemId> ids;
  if (PyLong_Check(given.ptr()) != 0) {
    ids.push_back(id_of(given));
  } else {
    for (const py::handle one : py::iter(given)) ids.push_back(checked(one));
  }
  return ids;
}

}  // namespace simdb::python
