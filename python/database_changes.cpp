#include <pybind11/stl.h>

#include <algorithm>
#include <utility>

#include "python/answer.h"
#include "python/arrays.h"
#include "python/database.h"
#include "python/errors.h"
#include "python/images.h"
#include "simdb/ingest.h"

namespace simdb::python {
namespace {

// What became of each image or vector, by its place.
struct Outcome {
  std::optional<AddedItem> item;
  std::optional<ItemId> duplicate_of;
};

struct AddReport {
  explicit AddReport(std::size_t count) : outcomes(count) {}
  std::vector<Outcome> outcomes;
  std::vector<ImageFailure> failures;
};

py::list list_of_outcomes(const std::vector<Outcome>& outcomes) {
  const py::object make = class_of("simdb._types", "Added");
  py::list list;
  for (const Outcome& one : outcomes) {
    py::object id = py::none();
    py::object original = py::none();
    if (one.item) id = py::int_(to_number(one.item->id));
    if (one.duplicate_of) original = py::int_(to_number(*one.duplicate_of));
    list.append(make(id, one.item && one.item->is_new, one.item && one.item->is_updated, original));
  }
  return list;
}

[[noreturn]] void raise_failures(const AddReport& report) {
  const auto& failures = report.failures;
  std::string message = failures.front().message;
  if (failures.size() > 1) {
    message += "; and " + std::to_string(failures.size() - 1) + " more (see failures)";
  }
  py::list pairs;
  for (const ImageFailure& one : failures) {
    pairs.append(py::make_tuple(one.index, text_of(one.message)));
  }
  const py::object type = class_of("simdb._errors", "AddFailed");
  const py::object raised = type(text_of(message), list_of_outcomes(report.outcomes), pairs);
  PyErr_SetObject(type.ptr(), raised.ptr());
  throw py::error_already_set();
}

std::vector<Metadata> metadata_for(const py::object& given, std::size_t count) {
  if (given.is_none()) return {};
  if (py::isinstance<py::dict>(given)) return {metadata_of(given)};
  std::vector<Metadata> all;
  for (const py::handle one : py::iter(given)) all.push_back(metadata_of(one));
  if (all.size() != count) {
    throw Error(ErrorCode::kUsage, "metadata is one dict, or one for each of the " +
                                       std::to_string(count) + ", not " +
                                       std::to_string(all.size()));
  }
  return all;
}

class Labels {
 public:
  Labels(const std::string& class_name, const py::object& keys, const py::object& metadata,
         std::size_t count)
      : class_name_(class_name),
        keys_(words_of(keys, "a key")),
        metadata_(metadata_for(metadata, count)) {
    if (!keys.is_none() && keys_.size() != count) {
      throw Error(ErrorCode::kUsage, "there are " + std::to_string(keys_.size()) + " keys for " +
                                         std::to_string(count) + " items; each needs its own");
    }
    is_common_ = metadata_.size() == 1;
  }

  ImageLabel of(std::size_t i) const {
    ImageLabel label{class_name_};
    if (!keys_.empty()) label.key = keys_[i];
    if (!metadata_.empty()) label.metadata = metadata_[is_common_ ? 0 : i];
    return label;
  }

 private:
  std::string class_name_;
  std::vector<std::string> keys_;
  std::vector<Metadata> metadata_;
  bool is_common_ = false;
};

AddReport add_images(OpenDatabase& open, const Images& images, const Labels& labels,
                     const Stop& stop) {
  AddReport report(images.size());
  ingest(
      open.database(), images.list(stop), [&](std::size_t i) { return labels.of(i); },
      [&](const IngestedRun& run) {
        for (std::size_t i = 0; i < run.added.size(); ++i) {
          report.outcomes[run.indices[i]].item = run.added[i];
        }
        for (const DuplicateImage& one : run.duplicates) {
          report.outcomes[one.index].duplicate_of = one.item;
        }
        report.failures.insert(report.failures.end(), run.failures.begin(), run.failures.end());
        return !stop.requested();
      },
      OnDuplicate::kWarn);
  return report;
}

AddReport add_vectors(OpenDatabase& open, const Rows& rows, const Labels& labels,
                      const Stop& stop) {
  AddReport report(rows.size());
  std::vector<NewItem> items;
  items.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ImageLabel label = labels.of(i);
    require_label(label);
    items.push_back({.info = {.class_name = std::move(label.class_name),
                              .key = std::move(label.key),
                              .metadata = std::move(label.metadata)},
                     .thumbnail = {}});
  }
  const EmbeddingBatch batch = rows.normalized();
  stop.check();
  const std::vector<AddedItem> added = open.database().add(items, batch);
  for (std::size_t i = 0; i < added.size(); ++i) report.outcomes[i].item = added[i];
  return report;
}

py::list add(const DatabaseHandle& handle, const std::string& class_name,
             const py::object& given_images, const py::object& vectors, const py::object& keys,
             const py::object& metadata) {
  if (given_images.is_none() == vectors.is_none()) {
    throw Error(ErrorCode::kUsage, "give images or vectors=, not both");
  }
  const auto open = handle.get();
  std::optional<AddReport> report;
  if (given_images.is_none()) {
    const Rows rows(vectors, open->gallery().dimension(), "vectors");
    const Labels labels(class_name, keys, metadata, rows.size());
    report = heard([&](const Stop& stop) { return add_vectors(*open, rows, labels, stop); });
  } else {
    const Images images(given_images);
    const Labels labels(class_name, keys, metadata, images.size());
    report = heard([&](const Stop& stop) {
      require_label({class_name});
      static_cast<void>(open->database().encoder());  // or there is none: said once, not per image
      return add_images(*open, images, labels, stop);
    });
  }
  if (!report->failures.empty()) raise_failures(*report);
  return list_of_outcomes(report->outcomes);
}

std::size_t update(const DatabaseHandle& handle, const py::object& given_ids,
                   std::optional<std::string> class_name, std::optional<std::string> source,
                   std::optional<std::string> key, const py::object& metadata,
                   const py::object& unset) {
  const auto open = handle.get();
  const std::vector<ItemId> ids = ids_of(given_ids);
  ItemChange change{std::move(class_name), std::move(source), std::move(key), {}, {}};
  if (!metadata.is_none()) change.set = metadata_of(metadata);
  change.unset = words_of(unset, "a field's name");
  return heard([&](const Stop&) { return open->gallery().update(ids, change); });
}

std::size_t move(const DatabaseHandle& handle, const std::string& from, const std::string& to) {
  const auto open = handle.get();
  return heard([&](const Stop&) { return open->gallery().rename_class(from, to); });
}

std::size_t remove(const DatabaseHandle& handle, const py::object& given_ids,
                   const std::optional<std::string>& class_name) {
  if (given_ids.is_none() == !class_name.has_value()) {
    throw Error(ErrorCode::kUsage, "give ids or class_=, not both");
  }
  const auto open = handle.get();
  if (class_name) {
    return heard([&](const Stop&) { return open->gallery().remove_class(*class_name); });
  }
  const std::vector<ItemId> ids = ids_of(given_ids);
  return heard([&](const Stop&) { return open->gallery().remove(ids); });
}

}  // namespace

void add_database_changes(DatabaseClass& database) {
  database
      .def("add", &add, py::arg("class_"), py::arg("images") = py::none(), py::kw_only(),
           py::arg("vectors") = py::none(), py::arg("keys") = py::none(),
           py::arg("metadata") = py::none(),
           "Adds images, or vectors (n, dimension), to a class; they are on disk when it returns: "
           "a list of Added, one for each.\n\n"
           "images: one or several: paths, bytes of files, PIL images, uint8 (height, width[, 1, 3 "
           "or 4])\n"
           "vectors: all or none are added; each is scaled to length 1\n"
           "keys: your own name of each, unique; takes the place of the item that has it\n"
           "metadata: dict of bool, number or str values, for all, or one for each\n\n"
           "What is there already, by the SHA-256 of its file, is not added again. Raises "
           "AddFailed, a BadInput, if some images could not be used: the others are added; "
           "BadInput, Usage, Io. After KeyboardInterrupt what was written stays: add the same "
           "again for the rest.")
      .def("update", &update, py::arg("ids"), py::kw_only(), py::arg("class_") = py::none(),
           py::arg("source") = py::none(), py::arg("key") = py::none(),
           py::arg("metadata") = py::none(), py::arg("unset") = py::none(),
           "Changes those that are there, in one step; returns how many. metadata: fields that "
           "they get; unset: fields that they lose; key='' takes the key away. Raises BadInput, "
           "Usage.")
      .def("move", &move, py::arg("from_class"), py::arg("to_class"),
           "Moves all items of a class to another, new or not; returns how many. Raises BadInput.")
      .def("remove", &remove, py::arg("ids") = py::none(), py::kw_only(),
           py::arg("class_") = py::none(),
           "Removes items, or all of a class, in one step; returns how many there were.");
}

}  // namespace simdb::python
