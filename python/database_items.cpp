#include <pybind11/stl.h>

#include <utility>

#include "database/item_selection.h"
#include "python/answer.h"
#include "python/arrays.h"
#include "python/database.h"
#include "python/errors.h"

namespace simdb::python {
namespace {

constexpr std::size_t kPage = 256;

// Items in ascending order of id, a page at a time.
class Items {
 public:
  Items(std::shared_ptr<OpenDatabase> open, SearchFilter filter, std::uint64_t after)
      : open_(std::make_unique<DatabaseHandle>(std::move(open), "these items")),
        filter_(std::move(filter)),
        after_{after},
        make_(class_of("simdb._types", "Item")) {}

  py::object next() {
    const auto open = open_->get();
    std::optional<ItemRecord> record;
    {
      const py::gil_scoped_release others_run;
      const std::lock_guard lock(mutex_);
      if (next_ == page_.size() && !is_at_end_) {
        page_ = open->gallery().items_after(after_, kPage, filter_);
        next_ = 0;
        is_at_end_ = page_.empty();
      }
      if (next_ < page_.size()) {
        record = std::move(page_[next_++]);
        after_ = record->id;
      }
    }
    if (!record) throw py::stop_iteration();
    return item_of(*record);
  }

 private:
  py::object item_of(const ItemRecord& record) const {
    constexpr double kMilliseconds = 1000;
    const ItemInfo& info = record.info;
    py::object digest = py::none();
    if (info.digest != Sha256{}) digest = py::str(to_hex(info.digest));
    return make_(to_number(record.id), text_of(info.class_name), text_of(info.source),
                 text_or_none(info.key), dict_of(info.metadata), info.width, info.height, digest,
                 static_cast<double>(record.added_ms) / kMilliseconds,
                 static_cast<double>(record.changed_ms) / kMilliseconds);
  }

  std::unique_ptr<DatabaseHandle> open_;
  const SearchFilter filter_;
  std::mutex mutex_;  // guards what follows
  ItemId after_;
  std::vector<ItemRecord> page_;
  std::size_t next_ = 0;
  bool is_at_end_ = false;
  py::object make_;
};

std::unique_ptr<Items> items(const DatabaseHandle& handle, std::uint64_t after,
                             const py::object& classes, const py::object& where) {
  return std::make_unique<Items>(handle.get(), filter_of(classes, where), after);
}

py::array_t<float> vectors(const DatabaseHandle& handle, const py::object& given_ids) {
  const auto open = handle.get();
  const std::vector<ItemId> ids = ids_of(given_ids);
  return array_of(heard([&](const Stop&) {
    EmbeddingBatch batch(open->gallery().dimension());
    batch.reserve(ids.size());
    const auto found = open->gallery().embeddings(ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!found[i]) {
        throw Error(ErrorCode::kNotFound, "there is no item " + std::to_string(to_number(ids[i])));
      }
      batch.append(*found[i]);
    }
    return batch;
  }));
}

}  // namespace

void add_database_items(py::module_& module, DatabaseClass& database) {
  py::class_<Items>(module, "Items", "Iterates over Item in ascending order of id.")
      .def("__iter__", [](const py::object& self) { return self; })
      .def("__next__", &Items::next);
  database
      .def("items", &items, py::kw_only(), py::arg("after") = 0, py::arg("classes") = py::none(),
           py::arg("where") = py::none(),
           "Iterates over the items with an id above `after` that classes and where (see query) "
           "let pass, ids ascending. Reads a page at a time; changes meanwhile may be seen or not.")
      .def("vectors", &vectors, py::arg("ids"),
           "The vectors of these items, float32 (n, dimension), in their order. Raises NotFound.");
}

}  // namespace simdb::python
