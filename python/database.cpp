#include "python/database.h"

#include <pybind11/stl.h>

#include <utility>

#include "core/printable.h"
#include "pipeline/formats/metadata_json.h"
#include "pipeline/stats_json.h"
#include "python/answer.h"
#include "python/encoder.h"
#include "python/errors.h"
#include "python/images.h"
#include "simdb/onnx_encoder.h"

namespace simdb::python {
namespace {

std::unique_ptr<DatabaseHandle> handle_of(std::shared_ptr<OpenDatabase> open) {
  std::string what = "the database " + open->place().name();
  return std::make_unique<DatabaseHandle>(std::move(open), std::move(what));
}

// RocksDB's threads are the process's, and a child that is forked has them not: what it writes
// would wait for them for ever. Reading needs none.
void require_threads(bool writes) {
  static const pid_t first = ::getpid();  // of the process that opened the first database
  if (!writes || first == ::getpid()) return;
  throw Error(ErrorCode::kUsage,
              "can't write databases in this process: it was forked from process " +
                  std::to_string(first) +
                  ", which had opened one; fork before that, or start processes by 'spawn'");
}

std::unique_ptr<DatabaseHandle> open(const py::object& path, const std::string& mode) {
  if (mode != "r" && mode != "w") {
    throw Error(ErrorCode::kUsage,
                "a database is opened with the mode 'r' or 'w', not '" + mode + "'");
  }
  const DatabasePlace place(path_of(path).string());
  const bool writes = mode == "w";
  require_threads(writes);
  std::optional<std::string> trouble;
  auto made = heard([&](const Stop&) {
    auto opened = std::make_shared<OpenDatabase>(
        place,
        place.open({.mode = writes ? OpenMode::kReadWrite : OpenMode::kReadOnly,
                    .encoder_loader = load_onnx_encoder}),
        writes);
    trouble = opened->decisions().reload();
    return opened;
  });
  if (trouble) warn("uncalibrated: " + *trouble);
  return handle_of(std::move(made));
}

std::unique_ptr<DatabaseHandle> create(const py::object& path, const py::object& encoder,
                                       const std::optional<std::string>& space,
                                       std::optional<std::size_t> dimension) {
  if (encoder.is_none() == !space.has_value()) {
    throw Error(ErrorCode::kUsage,
                "a database has an encoder or a space: give encoder= or space=, not both");
  }
  if (space && !dimension) {
    throw Error(ErrorCode::kUsage, "space= needs dimension=, the length of its vectors");
  }
  require_threads(true);
  const DatabasePlace place(path_of(path).string());
  const std::string word = encoder.is_none() ? "" : path_of(encoder).string();
  const OpenOptions options{.encoder_loader = load_onnx_encoder};
  return handle_of(heard([&](const Stop& stop) {
    if (space) {
      return std::make_shared<OpenDatabase>(
          place, place.create(VectorSpace{*space, *dimension}, options), true);
    }
    const std::vector<std::byte> model = model_of(word, dimension, stop);
    const OnnxEncoder runs(model, word);
    stop.check();
    return std::make_shared<OpenDatabase>(place, place.create(model, runs.dimension(), options),
                                          true);
  }));
}

py::object stats(const DatabaseHandle& handle) {
  const auto open = handle.get();
  const std::string json = heard([&](const Stop&) {
    const auto calibration = open->decisions().calibration();
    return stats_json(open->database(), calibration.get(), open->place().name());
  });
  return py::module_::import("json").attr("loads")(text_of(json));
}

py::dict classes(const DatabaseHandle& handle) {
  const auto open = handle.get();
  const auto counts = heard([&](const Stop&) { return open->gallery().classes(); });
  py::dict dict;
  for (const ClassCount& one : counts) dict[text_of(one.name)] = one.items;
  return dict;
}

py::tuple backup(const DatabaseHandle& handle, const py::object& path) {
  const auto open = handle.get();
  const std::filesystem::path file = path_of(path);
  const BackupReport report = heard(
      [&](const Stop& stop) { return open->database().back_up(file, [&] { stop.check(); }); });
  return py::make_tuple(report.items, report.bytes);
}

bool refresh(const DatabaseHandle& handle) {
  const auto open = handle.get();
  std::optional<std::string> trouble;
  const bool has_changed = heard([&](const Stop&) { return open->refresh(trouble); });
  if (trouble) warn("uncalibrated: " + *trouble);
  return has_changed;
}

}  // namespace

std::vector<std::string> words_of(const py::object& given, const char* what) {
  std::vector<std::string> words;
  if (given.is_none()) return words;
  const auto take = [&](const py::handle& one) {
    if (!py::isinstance<py::str>(one)) throw py::type_error(std::string(what) + " is a str");
    words.push_back(one.cast<std::string>());
  };
  if (py::isinstance<py::str>(given)) {
    take(given);
  } else {
    for (const py::handle one : py::iter(given)) take(one);
  }
  return words;
}

void require_classes(const Gallery& gallery, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (gallery.class_size(name) != 0) continue;
    throw Error(ErrorCode::kNotFound,
                "there is no class '" + printable(name) + "'; Database.classes() tells them");
  }
}

SearchFilter filter_of(const py::object& classes, const py::object& where) {
  SearchFilter filter;
  filter.class_names = words_of(classes, "a class");
  if (py::isinstance<py::dict>(where)) {
    for (auto& [name, value] : metadata_of(where)) {
      filter.where.push_back({name, Comparison::kEqual, value});
    }
  } else {
    for (const std::string& text : words_of(where, "a condition")) {
      filter.where.push_back(parse_condition(text));
    }
  }
  return filter;
}

void add_database(py::module_& module) {
  DatabaseClass database(
      module, "Database",
      "An image similarity database, made by simdb.open or simdb.create. A context manager. Any "
      "number of threads may use it; a child process after fork() opens its own.");
  add_database_changes(database);
  add_database_queries(database);
  add_database_analysis(database);
  add_database_items(module, database);
  database
      .def("stats", &stats,
           "dict, as `simdb stats --json` prints it: items, classes, dimension, disk_bytes, ...")
      .def("classes", &classes, "dict: the items of each class, by its name.")
      .def("backup", &backup, py::arg("path"),
           "Writes all of it into one file, for `simdb restore`; changes go on meanwhile. Returns "
           "(items, bytes). Raises Io.")
      .def("refresh", &refresh,
           "Opened with 'r': sees what was written until now. Returns whether that was anything.")
      .def_property_readonly(
          "path",
          [](const DatabaseHandle& handle) { return text_of(handle.get()->place().name()); },
          "Where it is, str: the folder, or the address in PostgreSQL without a password.")
      .def_property_readonly(
          "dimension",
          [](const DatabaseHandle& handle) { return handle.get()->gallery().dimension(); },
          "Floats per vector.")
      .def("close", &DatabaseHandle::close,
           "Ends its use once calls of other threads have ended; does nothing the second time.")
      .def_property_readonly("closed", &DatabaseHandle::is_closed, "True after close().")
      .def("__enter__", [](const py::object& self) { return self; })
      .def("__exit__", [](DatabaseHandle& handle, const py::args&) { handle.close(); });
  module.def("open", &open, py::arg("path"), py::arg("mode") = "r",
             "Opens the database in a folder: 'r' sees the state of now, or of the last refresh(), "
             "beside at most one process that opened it with 'w'. Raises NotFound, Busy, "
             "Corruption, BadInput (made by a newer simdb), Io.");
  module.def("create", &create, py::arg("path"), py::kw_only(), py::arg("encoder") = py::none(),
             py::arg("space") = py::none(), py::arg("dimension") = py::none(),
             "Makes a database in a new or empty folder and opens it with 'w': with an encoder "
             "('photo', 'omniglot' or FILE.onnx; dimension keeps the first floats of its vectors, "
             "where it allows that), or for vectors of the network that `space` names, of "
             "`dimension` floats, 1 to 4096. Raises Usage, BadInput, NotFound, Io.");
}

}  // namespace simdb::python
