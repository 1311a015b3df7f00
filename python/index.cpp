#include "python/index.h"

#include <pybind11/stl.h>

#include <limits>
#include <shared_mutex>
#include <string>
#include <utility>

#include "core/parallel.h"
#include "index/snapshot.h"
#include "index/vector_index.h"
#include "python/arrays.h"
#include "python/calls.h"
#include "python/images.h"
#include "simdb/error.h"

namespace simdb::python {
namespace {

// The index with the lock that its changes and reads need: searches don't.
struct OpenIndex {
  std::unique_ptr<VectorIndex> index;
  ItemId last{};  // no id above was ever in it
  std::shared_mutex mutex = {};
};
using IndexHandle = Handle<OpenIndex>;

constexpr const char* kWhat = "the index";
// It is of no store.
const SnapshotOrigin kNoOrigin{std::string(32, '0'), 0, 0};

std::unique_ptr<IndexHandle> make(std::size_t dimension) {
  require_valid_dimension(dimension);
  return std::make_unique<IndexHandle>(std::make_shared<OpenIndex>(make_index(dimension)), kWhat);
}

std::unique_ptr<IndexHandle> load(const py::object& path) {
  const std::filesystem::path file = path_of(path);
  auto open = heard([&](const Stop&) {
    LoadedSnapshot loaded = load_snapshot(file);
    return std::make_shared<OpenIndex>(std::move(loaded.index), loaded.info.last_id);
  });
  return std::make_unique<IndexHandle>(std::move(open), kWhat);
}

py::array_t<std::int64_t> array_of_ids(std::span<const ItemId> ids) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(ids.size());
  for (const ItemId id : ids) numbers.push_back(static_cast<std::int64_t>(to_number(id)));
  const auto size = static_cast<py::ssize_t>(numbers.size());
  return array_of(std::move(numbers), {size});
}

py::array_t<std::int64_t> add(const IndexHandle& handle, const py::object& vectors,
                              const py::object& given_ids) {
  const auto open = handle.get();
  const Rows rows(vectors, open->index->dimension(), "vectors");
  std::vector<ItemId> ids;
  if (!given_ids.is_none()) ids = ids_of(given_ids);
  const bool numbers_itself = given_ids.is_none();
  heard([&](const Stop& stop) {
    const EmbeddingBatch batch = rows.normalized();
    stop.check();
    const std::unique_lock lock(open->mutex);
    if (numbers_itself) {
      for (std::size_t i = 1; i <= rows.size(); ++i) {
        ids.push_back(ItemId{to_number(open->last) + i});
      }
    }
    open->index->add(ids, batch);
    if (!ids.empty()) open->last = ids.back();
    return true;
  });
  return array_of_ids(ids);
}

std::size_t remove(const IndexHandle& handle, const py::object& given_ids) {
  const auto open = handle.get();
  const std::vector<ItemId> ids = ids_of(given_ids);
  return heard([&](const Stop&) {
    const std::unique_lock lock(open->mutex);
    return open->index->remove(ids);
  });
}

// (rows, k), as FAISS has it: where there are fewer than k, ids are -1 and similarities -inf.
py::tuple table_of(const std::vector<std::vector<Neighbor>>& found, std::size_t k, bool is_single) {
  std::vector<float> similarities(found.size() * k, -std::numeric_limits<float>::infinity());
  std::vector<std::int64_t> ids(found.size() * k, -1);
  for (std::size_t row = 0; row < found.size(); ++row) {
    for (std::size_t i = 0; i < found[row].size(); ++i) {
      similarities[row * k + i] = found[row][i].similarity;
      ids[row * k + i] = static_cast<std::int64_t>(to_number(found[row][i].id));
    }
  }
  std::vector<py::ssize_t> shape;
  if (!is_single) shape.push_back(static_cast<py::ssize_t>(found.size()));
  shape.push_back(static_cast<py::ssize_t>(k));
  return py::make_tuple(array_of(std::move(similarities), shape), array_of(std::move(ids), shape));
}

py::tuple search(const IndexHandle& handle, const py::object& vectors, std::size_t k,
                 std::optional<std::size_t> threads) {
  const auto open = handle.get();
  const VectorIndex& index = *open->index;
  const Rows rows(vectors, index.dimension(), "vectors");
  // Also the room for the answer is bounded by what is there.
  if (k == 0) throw Error(ErrorCode::kUsage, "can't search for 0 neighbours; ask for at least 1");
  k = std::min(k, std::max<std::size_t>(index.size(), 1));
  const std::size_t most = threads && *threads > 0 ? *threads : core_count();
  std::vector<std::vector<Neighbor>> found;
  if (rows.is_single()) {
    const py::gil_scoped_release others_run;
    found.push_back(index.search(Embedding::normalized(rows.row(0)).values(), k));
  } else {
    found = heard([&](const Stop& stop) {
      std::vector<std::vector<Neighbor>> all;
      all.reserve(rows.size());
      in_pieces(
          rows.size(), [&] { stop.check(); },
          [&](std::size_t first, std::size_t last) {
            auto some = index.search_batch(rows.normalized(first, last), k, most);
            std::move(some.begin(), some.end(), std::back_inserter(all));
          });
      return all;
    });
  }
  return table_of(found, k, rows.is_single());
}

py::tuple range_search(const IndexHandle& handle, const py::object& vector, float min_similarity) {
  const auto open = handle.get();
  const Rows rows(vector, open->index->dimension(), "vector");
  if (rows.size() != 1) throw Error(ErrorCode::kUsage, "range_search takes one vector");
  const std::vector<Neighbor> found = heard([&](const Stop&) {
    return open->index->range_search(Embedding::normalized(rows.row(0)).values(), min_similarity);
  });
  std::vector<std::vector<Neighbor>> one = {found};
  return table_of(one, found.size(), true);
}

bool save(const IndexHandle& handle, const py::object& path) {
  const auto open = handle.get();
  const std::filesystem::path file = path_of(path);
  return heard([&](const Stop&) {
    const std::shared_lock lock(open->mutex);
    open->index->save(file, kNoOrigin);
    return true;
  });
}

}  // namespace

void add_index(py::module_& module) {
  py::class_<IndexHandle>(
      module, "Index",
      "The exact index alone: vectors by ids, in memory, without a database. Vectors are scaled to "
      "length 1; similarities are cosines, -1 to 1. Any number of searches may run beside one "
      "change.")
      .def(py::init(&make), py::arg("dimension"), "An empty one for 1 to 4096 floats per vector.")
      .def_static("load", &load, py::arg("path"),
                  "What save() wrote; the file is mapped, not read. Raises NotFound, BadInput, "
                  "Corruption, Io.")
      .def(
          "save", [](const IndexHandle& handle, const py::object& path) { save(handle, path); },
          py::arg("path"), "Writes it to a file, replaced whole and durable. Raises Io.")
      .def("add", &add, py::arg("vectors"), py::arg("ids") = py::none(),
           "Adds vectors (n, dimension) and returns their ids, int64 (n,): the given ones, which "
           "ascend and are above all before, or the next ones. All or none. Raises BadInput, "
           "Usage.")
      .def("remove", &remove, py::arg("ids"), "Removes those that are there; returns how many.")
      .def("search", &search, py::arg("vectors"), py::arg("k") = 10, py::kw_only(),
           py::arg("threads") = py::none(),
           "The k nearest of each vector, nearest first, ties by id: similarities float32 and ids "
           "int64, both (n, m) or, for one vector (dimension,), (m,), with m = min(k, len(index)) "
           "and at least 1. Where there is none, the id is -1 and the similarity -inf. threads: "
           "all cores if None. Raises BadInput, Usage.")
      .def("range_search", &range_search, py::arg("vector"), py::arg("min_similarity"),
           "All of at least this similarity to one vector, nearest first: similarities float32 and "
           "ids int64, both (m,).")
      .def(
          "vector",
          [](const IndexHandle& handle, std::uint64_t id) -> py::object {
            const auto open = handle.get();
            std::vector<float> values;
            {
              const py::gil_scoped_release others_run;
              const std::shared_lock lock(open->mutex);
              values = open->index->vector(ItemId{id});
            }
            if (values.empty()) {
              throw Error(ErrorCode::kNotFound, "there is no vector " + std::to_string(id));
            }
            const auto size = static_cast<py::ssize_t>(values.size());
            return array_of(std::move(values), {size});
          },
          py::arg("id"), "The stored vector, float32 (dimension,). Raises NotFound.")
      .def_property_readonly(
          "ids",
          [](const IndexHandle& handle) {
            const auto open = handle.get();
            std::vector<ItemId> ids;
            {
              const py::gil_scoped_release others_run;
              const std::shared_lock lock(open->mutex);
              ids = open->index->ids();
            }
            return array_of_ids(ids);
          },
          "All ids, ascending, int64 (n,).")
      .def_property_readonly(
          "dimension", [](const IndexHandle& handle) { return handle.get()->index->dimension(); },
          "Floats per vector.")
      .def("__len__", [](const IndexHandle& handle) { return handle.get()->index->size(); });
}

}  // namespace simdb::python
