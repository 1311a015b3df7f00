#include "python/answer.h"

#include <pybind11/stl.h>

#include <utility>

#include "python/errors.h"

namespace simdb::python {
namespace {

const Prediction& prediction_of(const FullAnswer& full) { return full.answer.prediction; }

py::object class_or_none(const FullAnswer& full) {
  if (prediction_of(full).ranking.empty()) return py::none();
  return text_of(prediction_of(full).class_name);
}

py::list neighbors_of(const FullAnswer& full) {
  const py::object make = class_of("simdb._types", "Neighbor");
  py::list list;
  auto detail = full.details.begin();
  const auto& neighbors = prediction_of(full).neighbors;
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    const LabeledNeighbor& one = neighbors[i];
    const bool has_more = detail != full.details.end() && detail->first == i;
    const ItemInfo* info = has_more ? &detail++->second : nullptr;
    list.append(make(to_number(one.id), text_of(one.class_name),
                     static_cast<double>(one.similarity), text_of(one.source),
                     info != nullptr ? text_or_none(info->key) : py::none(),
                     info != nullptr ? dict_of(info->metadata) : py::dict()));
  }
  return list;
}

py::list ranking_of(const FullAnswer& full) {
  const py::object make = class_of("simdb._types", "Share");
  py::list list;
  for (const ClassScore& one : prediction_of(full).ranking) {
    list.append(make(text_of(one.class_name), one.score));
  }
  return list;
}

py::list candidates_of(const FullAnswer& full) {
  py::list list;
  if (!full.answer.decision) return list;
  const py::object make = class_of("simdb._types", "Candidate");
  for (const PossibleClass& one : full.answer.decision->possible) {
    list.append(make(text_of(one.class_name), one.p, static_cast<double>(one.similarity),
                     std::string(name_of(one.calibrated_by))));
  }
  return list;
}

std::optional<double> familiarity_of(const FullAnswer& full) {
  if (!full.answer.decision) return std::nullopt;
  return full.answer.decision->familiarity;
}

std::string repr_of(const FullAnswer& full) {
  const auto name = py::repr(class_or_none(full)).cast<std::string>();
  const auto share = py::repr(py::float_(prediction_of(full).confidence)).cast<std::string>();
  return "Answer(class_=" + name + ", verdict='" + full.verdict + "', confidence=" + share + ")";
}

}  // namespace

py::str text_of(const std::string& text) {
  PyObject* made =
      PyUnicode_DecodeUTF8(text.data(), static_cast<py::ssize_t>(text.size()), "surrogateescape");
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(made);
}

py::object text_or_none(const std::string& text) {
  if (text.empty()) return py::none();
  return text_of(text);
}

py::dict dict_of(const Metadata& metadata) {
  py::dict dict;
  for (const auto& [name, value] : metadata) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      dict[text_of(name)] = text_of(*text);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      dict[text_of(name)] = py::bool_(*flag);
    } else {
      dict[text_of(name)] = py::float_(std::get<double>(value));
    }
  }
  return dict;
}

Metadata metadata_of(const py::handle& given) {
  if (!py::isinstance<py::dict>(given)) throw py::type_error("metadata is a dict");
  Metadata metadata;
  for (const auto& [name, value] : py::reinterpret_borrow<py::dict>(given)) {
    if (!py::isinstance<py::str>(name)) throw py::type_error("a field's name is a str");
    MetadataValue& field = metadata[name.cast<std::string>()];
    if (py::isinstance<py::bool_>(value)) {
      field = value.cast<bool>();
    } else if (py::isinstance<py::str>(value)) {
      field = value.cast<std::string>();
    } else if (PyFloat_Check(value.ptr()) != 0 || PyIndex_Check(value.ptr()) != 0) {
      field = value.cast<double>();
    } else {
      throw py::type_error("the field '" + name.cast<std::string>() +
                           "' is no bool, number or str");
    }
  }
  return metadata;
}

FullAnswer full_answer(Answer&& answer, const Decider& decider) {
  FullAnswer full{std::move(answer), {}, std::nullopt, {}};
  full.verdict = decider.verdict(full.answer);
  if (full.answer.decision) full.alpha = decider.alpha();
  const auto& neighbors = full.answer.prediction.neighbors;
  std::vector<ItemId> ids;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    if (!neighbors[i].has_details) continue;
    ids.push_back(neighbors[i].id);
    places.push_back(i);
  }
  if (ids.empty()) return full;
  auto records = decider.database().gallery().get_many(ids);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::optional<ItemRecord>& record = records[i];
    if (record) full.details.emplace_back(places[i], std::move(record->info));
  }
  return full;
}

void add_answer(py::module_& module) {
  py::class_<FullAnswer>(module, "Answer",
                         "What a database says of an image or a vector; of one state of it, and "
                         "never changes.")
      .def_property_readonly("class_", &class_or_none,
                             "The class with most of the vote; None if the database is empty.")
      .def_property_readonly(
          "confidence", [](const FullAnswer& full) { return prediction_of(full).confidence; },
          "Its share of the vote, 0 to 1.")
      .def_property_readonly(
          "verdict", [](const FullAnswer& full) { return full.verdict; },
          "'known', 'ambiguous', 'unknown' or 'uncalibrated'.")
      .def_property_readonly(
          "unknown", [](const FullAnswer& full) { return full.verdict == "unknown"; },
          "The image is of none of the classes.")
      .def_property_readonly(
          "accepted", [](const FullAnswer& full) { return full.answer.accepted(); },
          "class_ can be taken for the answer: known, or uncalibrated and similar enough.")
      .def_property_readonly(
          "approximate", [](const FullAnswer& full) { return full.answer.is_approximate; },
          "It may have missed some of the nearest items, as the database's address asks for.")
      .def_property_readonly("candidates", &candidates_of,
                             "list of Candidate: the classes that are possible at alpha; empty "
                             "where the database is not calibrated.")
      .def_property_readonly(
          "alpha", [](const FullAnswer& full) { return full.alpha; },
          "The share of known images that may be called unknown; None where uncalibrated.")
      .def_property_readonly("familiarity", &familiarity_of,
                             "Images that belong to a class have higher ones; None where "
                             "uncalibrated.")
      .def_property_readonly("neighbors", &neighbors_of,
                             "list of Neighbor: the items that voted, nearest first.")
      .def_property_readonly("ranking", &ranking_of,
                             "list of Share: all classes among them, best first.")
      .def("__repr__", &repr_of);
}

}  // namespace simdb::python
