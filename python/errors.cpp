#include "python/errors.h"

#include <array>
#include <exception>

#include "python/calls.h"
#include "simdb/error.h"

namespace simdb::python {
namespace {

// By ErrorCode. Never given back: exceptions may be raised while the interpreter ends.
std::array<PyObject*, 8> g_classes{};

PyObject* class_for(ErrorCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < g_classes.size() && g_classes[index] != nullptr ? g_classes[index] : g_classes[0];
}

}  // namespace

py::object class_of(const char* module, const char* name) {
  return py::module_::import(module).attr(name);
}

void translate_errors() {
  constexpr std::array kNames = {"Error",    "Error",      "Usage", "NotFound",
                                 "BadInput", "Corruption", "Io",    "Busy"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    g_classes[i] = class_of("simdb._errors", kNames[i]).release().ptr();
  }
  py::register_exception_translator(
      // NOLINTNEXTLINE(performance-unnecessary-value-param): pybind11 wants this type
      [](std::exception_ptr raised) {
        if (!raised) return;
        try {
          std::rethrow_exception(raised);
        } catch (const Error& e) {
          // Names of files need not be UTF-8.
          const std::string_view what = e.what();
          const auto text = py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
              what.data(), static_cast<py::ssize_t>(what.size()), "backslashreplace"));
          PyErr_SetObject(class_for(e.code()), text.ptr());
        }
      });
}

void warn(const std::string& text) {
  if (PyErr_WarnEx(PyExc_RuntimeWarning, text.c_str(), 1) != 0) throw py::error_already_set();
}

}  // namespace simdb::python
