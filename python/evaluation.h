#pragma once

#include <pybind11/pybind11.h>

namespace simdb::python {

/// What simdb/_evaluate.py needs.
void add_evaluation(pybind11::module_& module);

}  // namespace simdb::python
