#include <pybind11/pybind11.h>

#include "core/file_io.h"
#include "python/answer.h"
#include "python/database.h"
#include "python/encoder.h"
#include "python/errors.h"
#include "python/evaluation.h"
#include "python/index.h"

PYBIND11_MODULE(_simdb, module) {
  module.doc() = "What is in C++ of the package simdb.";
  module.attr("__version__") = SIMDB_VERSION;
  module.def("_program_folder", [] { return simdb::python::text_of(simdb::program_folder()); });
  simdb::python::translate_errors();
  simdb::python::add_answer(module);
  simdb::python::add_encoder(module);
  simdb::python::add_evaluation(module);
  simdb::python::add_index(module);
  simdb::python::add_database(module);
}
