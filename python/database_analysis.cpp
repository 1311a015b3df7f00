#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "database/item_selection.h"
#include "pipeline/analysis_json.h"
#include "pipeline/held_out.h"
#include "pipeline/thumbnail_traits.h"
#include "python/answer.h"
#include "python/arrays.h"
#include "python/database.h"
#include "python/encoder.h"
#include "python/errors.h"
#include "simdb/duplicates.h"
#include "simdb/review.h"

namespace simdb::python {
namespace {

py::object share_of(const EstimatedShare& share) {
  return class_of("simdb._types", "EstimatedShare")(share.share(), share.low, share.high,
                                                    share.count, share.of);
}

py::object calibration_of(const CalibrationSummary& summary) {
  const auto& [classes, estimate] = summary;
  const py::object counts = class_of("simdb._types", "CalibratedClasses")(
      classes.by_items, classes.by_classes, classes.by_all_items, classes.by_held_out,
      classes.uncalibrated);
  py::object rejected = py::none();
  py::object accepted = py::none();
  py::object auroc = py::none();
  if (estimate.held_out_rejected) rejected = share_of(*estimate.held_out_rejected);
  if (estimate.accepted.of > 0) {
    accepted = share_of(estimate.accepted);
    auroc = py::float_(estimate.auroc);
  }
  return class_of("simdb._types", "Calibration")(estimate.alpha, counts, rejected, accepted, auroc);
}

py::object calibration(const DatabaseHandle& handle) {
  const auto open = handle.get();
  std::optional<std::string> trouble;
  const auto summary = heard([&](const Stop&) -> std::optional<CalibrationSummary> {
    trouble = open->catch_up();
    const auto kept = open->decisions().calibration();
    return kept ? summary_of(*kept) : std::nullopt;
  });
  if (trouble) warn("uncalibrated: " + *trouble);
  if (!summary) return py::none();
  return calibration_of(*summary);
}

// Images, or vectors for a database without an encoder, by their classes.
class GivenHeldOut {
 public:
  GivenHeldOut(const py::dict& given, const Gallery& gallery) : vectors_(gallery.dimension()) {
    const bool has_encoder = gallery.space().empty();
    py::list all;
    for (const auto& [name, values] : given) {
      if (!py::isinstance<py::str>(name)) throw py::type_error("a class is a str");
      if (has_encoder) {
        add_images(all, values);
      } else {
        vectors_.append(Rows(values, gallery.dimension(), "held_out").normalized());
      }
      classes_.resize(has_encoder ? all.size() : vectors_.rows(), name.cast<std::string>());
    }
    if (has_encoder) images_.emplace(all);
  }

  HeldOut read(const Database& database, const Stop& stop) const {
    if (images_) {
      return read_held_out(
          database, images_->list(stop), [&](std::size_t i) { return classes_[i]; },
          [&](const EncodedRun& run) {
            stop.check();
            if (!run.failures.empty()) throw Error(run.failures[0].code, run.failures[0].message);
          });
    }
    HeldOut held_out(vectors_.dimension());
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      if (database.gallery().class_size(classes_[i]) == 0) {
        ++held_out.of_no_class;
        continue;
      }
      held_out.images.embeddings.append_unit(vectors_.row(i));
      held_out.images.class_names.push_back(classes_[i]);
    }
    return held_out;
  }

 private:
  static void add_images(py::list& all, const py::handle& values) {
    if (Images::is_one(values)) {
      all.append(values);
    } else {
      for (const py::handle one : py::iter(values)) all.append(one);
    }
  }

  std::vector<std::string> classes_;
  std::optional<Images> images_;
  EmbeddingBatch vectors_;
};

py::object calibrate(const DatabaseHandle& handle, double alpha,
                     const std::optional<std::string>& group_by, bool group_by_folder,
                     const std::optional<py::dict>& held_out) {
  const auto open = handle.get();
  open->require_writes("calibrate");
  std::optional<GivenHeldOut> given;
  if (held_out) given.emplace(*held_out, open->gallery());
  const CalibrationChoices choices{group_by.value_or(""), group_by_folder};
  std::vector<std::string> left_out;
  const CalibrationSummary made = heard([&](const Stop& stop) {
    const Database view = open->view();
    std::optional<HeldOutImages> images;
    if (given) {
      HeldOut read = given->read(view, stop);
      left_out = left_out_of(read);
      require_images(read);
      images = std::move(read.images);
    }
    return open->decisions().calibrate(view, choices, alpha, images, [&] { stop.check(); });
  });
  for (const std::string& reason : left_out) warn(reason);
  return calibration_of(made);
}

py::object number_or_none(const std::optional<float>& value) {
  if (!value) return py::none();
  return py::float_(static_cast<double>(*value));
}

py::str word_of(Sameness sameness) { return py::str(std::string(name_of(sameness))); }

py::list list_of_groups(const std::vector<DuplicateGroup>& groups) {
  const py::object make_group = class_of("simdb._types", "DuplicateGroup");
  const py::object make_item = class_of("simdb._types", "DuplicateItem");
  py::list list;
  for (const DuplicateGroup& group : groups) {
    py::list items;
    for (const DuplicateItem& one : group.items) {
      items.append(make_item(to_number(one.item.id), text_of(one.item.info.class_name),
                             text_of(one.item.info.source), word_of(one.sameness),
                             static_cast<double>(one.similarity), number_or_none(one.look)));
    }
    list.append(make_group(group.is_conflict, word_of(group.sameness), items));
  }
  return list;
}

py::object duplicates(const DatabaseHandle& handle, const py::object& classes, bool exact,
                      std::optional<float> threshold) {
  if (exact && threshold) {
    throw Error(ErrorCode::kUsage, "exact and threshold exclude each other");
  }
  const auto open = handle.get();
  DuplicateOptions options{
      .class_names = words_of(classes, "a class"), .exact = exact, .threshold = threshold};
  require_classes(open->gallery(), options.class_names);
  const DuplicateReport report = heard([&](const Stop& stop) {
    options.traits = thumbnail_traits(open->gallery());
    options.check = [&] { stop.check(); };
    return find_duplicates(open->gallery(), options);
  });
  const auto [items, conflicts] = count_of(report);
  return class_of("simdb._types", "Duplicates")(list_of_groups(report.groups), items, conflicts,
                                                number_or_none(report.look_threshold),
                                                number_or_none(report.vector_threshold));
}

py::object doubtful_item(const DoubtfulItem& entry, const py::object& make_near) {
  py::list same_file;
  for (const ItemId id : entry.same_file) same_file.append(to_number(id));
  py::list neighbors;
  for (const LabeledNeighbor& one : entry.neighbors) {
    neighbors.append(make_near(to_number(one.id), text_of(one.class_name),
                               static_cast<double>(one.similarity), text_of(one.source)));
  }
  return class_of("simdb._types", "DoubtfulItem")(
      to_number(entry.item.id), text_of(entry.item.info.class_name),
      text_of(entry.item.info.source), !entry.same_file.empty(), text_or_none(entry.other_class),
      entry.own_share, entry.other_share, entry.is_confident || !entry.same_file.empty(), same_file,
      neighbors);
}

py::object review(const DatabaseHandle& handle, std::size_t k, const py::object& classes,
                  std::optional<std::size_t> limit) {
  const auto open = handle.get();
  ReviewOptions options{.k = k, .class_names = words_of(classes, "a class")};
  require_classes(open->gallery(), options.class_names);
  const LabelReview found = heard([&](const Stop& stop) {
    options.check = [&] { stop.check(); };
    return review_labels(open->gallery(), options);
  });
  const py::object make_near = class_of("simdb._types", "Near");
  const std::size_t listed =
      std::min(found.items.size(), limit.value_or(std::numeric_limits<std::size_t>::max()));
  py::list items;
  for (std::size_t i = 0; i < listed; ++i) items.append(doubtful_item(found.items[i], make_near));
  py::dict small;
  for (const ClassCount& one : found.small_classes) small[text_of(one.name)] = one.items;
  return class_of("simdb._types", "Review")(items, found.items.size(), found.judged, found.kept,
                                            small);
}

std::size_t keep_given_labels(const DatabaseHandle& handle, const py::object& given_ids) {
  const auto open = handle.get();
  open->require_writes("keep labels");
  const std::vector<ItemId> ids = ids_of(given_ids);
  return heard([&](const Stop&) {
    require_items(open->gallery(), ids, "nothing was changed");
    return keep_labels(open->gallery(), ids);
  });
}

}  // namespace

void add_database_analysis(DatabaseClass& database) {
  database
      .def("calibrate", &calibrate, py::kw_only(), py::arg("alpha") = 0.05,
           py::arg("group_by") = py::none(), py::arg("group_by_folder") = false,
           py::arg("held_out") = py::none(),
           "Computes how similar the items of each class are to one another, as `simdb calibrate` "
           "does, so that answers are known, ambiguous or unknown by p-values, and keeps it: a "
           "Calibration. Changes may go on meanwhile.\n\n"
           "alpha: the share of known images that may be called unknown, for what is returned\n"
           "group_by: items with the same value of this field belong together: frames of one film\n"
           "group_by_folder: so do items whose files lie in the same folder\n"
           "held_out: dict of images (vectors in a database without an encoder) by their classes: "
           "not added, and not what the encoder was trained on\n\n"
           "Raises BadInput, Usage (opened with 'r'), Io.")
      .def("calibration", &calibration,
           "The Calibration that answers go by, in step with the items; None if there is none.")
      .def("duplicates", &duplicates, py::kw_only(), py::arg("classes") = py::none(),
           py::arg("exact") = false, py::arg("threshold") = py::none(),
           "Finds items that hold the same picture, as `simdb duplicates` does: Duplicates. "
           "Changes nothing.\n\n"
           "classes: only groups with an item of these (a str or several)\n"
           "exact: only the same files and the same pixels\n"
           "threshold: how alike nearly the same pictures are at least: their thumbnails or, "
           "without an encoder, vectors; None: 0.9975, or taken from the items\n\n"
           "Raises NotFound (a class), Usage, Busy if items change meanwhile.")
      .def("review", &review, py::kw_only(), py::arg("k") = 20, py::arg("classes") = py::none(),
           py::arg("limit") = py::none(),
           "Lists items whose label their k nearest neighbours, or the same file in another class, "
           "contradict, as `simdb review` does: Review. Changes nothing.\n\n"
           "classes: only items of these (a str or several)\n"
           "limit: only so many, the worst\n\n"
           "Raises NotFound (a class), Usage.")
      .def("keep_labels", &keep_given_labels, py::arg("ids"),
           "The labels of these items are right: review lists them no more, until they move to "
           "another class. Returns how many there are. Raises NotFound, and nothing has changed "
           "then; Usage.");
}

}  // namespace simdb::python
