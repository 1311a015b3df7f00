#pragma once

#include <pybind11/pybind11.h>

namespace simdb::python {

void add_index(pybind11::module_& module);

}  // namespace simdb::python
