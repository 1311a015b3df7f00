#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "python/calls.h"
#include "python/open_database.h"

namespace simdb::python {

using DatabaseHandle = Handle<OpenDatabase>;
using DatabaseClass = py::class_<DatabaseHandle>;

void add_database(py::module_& module);  // open, create and what is about the whole database
void add_database_changes(DatabaseClass& database);
void add_database_queries(DatabaseClass& database);
void add_database_analysis(DatabaseClass& database);
void add_database_items(py::module_& module, DatabaseClass& database);

/// What `classes` and `where` say: names, and conditions as texts ("price<2") or a dict of equal
/// values. Throws Error(kUsage) or py::type_error. Call with the GIL.
SearchFilter filter_of(const py::object& classes, const py::object& where);
/// Throws Error(kNotFound) for a class without items.
void require_classes(const Gallery& gallery, const std::vector<std::string>& names);
/// One str, or a sequence of them.
std::vector<std::string> words_of(const py::object& given, const char* what);

}  // namespace simdb::python
