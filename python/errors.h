#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace simdb::python {

/// From now on simdb::Error is raised as the class of simdb._errors that its code names.
void translate_errors();

/// The class of that name in simdb._errors or simdb._types.
pybind11::object class_of(const char* module, const char* name);

/// Issues a RuntimeWarning. Call with the GIL.
void warn(const std::string& text);

}  // namespace simdb::python
