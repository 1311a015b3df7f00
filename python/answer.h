#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/answers.h"
#include "simdb/item.h"

namespace simdb::python {
namespace py = pybind11;

/// An answer with all that Python may ask of it, from the state of the gallery that it is of: made
/// without the GIL, and turned into Python's objects only as far as somebody looks.
struct FullAnswer {
  Answer answer;
  std::string verdict;
  std::optional<double> alpha;
  /// Of those neighbours that have a key or metadata: their records, by the neighbour's place.
  std::vector<std::pair<std::size_t, ItemInfo>> details;
};

/// Completes an answer. Reads the records of neighbours that have more to tell.
FullAnswer full_answer(Answer&& answer, const Decider& decider);

void add_answer(py::module_& module);

/// None for an empty text.
py::object text_or_none(const std::string& text);
py::dict dict_of(const Metadata& metadata);
/// Throws py::type_error for values that no item can have.
Metadata metadata_of(const py::handle& given);
/// A text as Python has it; bytes that are no UTF-8 become lone surrogates, as in names of files.
py::str text_of(const std::string& text);

}  // namespace simdb::python
