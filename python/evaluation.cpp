#include "python/evaluation.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/evaluate.h"
#include "pipeline/evaluation_json.h"
#include "python/arrays.h"
#include "python/calls.h"

namespace simdb::python {
namespace {

// Of images with a hit among the nearest k: their share.
double recall_at(const Evaluation& result, std::size_t k) {
  const auto hits = std::ranges::count_if(result.images, [&](const EvaluatedImage& image) {
    return image.first_hit != 0 && image.first_hit <= k;
  });
  return static_cast<double>(hits) / static_cast<double>(result.images.size());
}

// The JSON of `simdb eval`, and the recalls that were asked for.
py::tuple evaluate(const py::object& vectors, const std::vector<int>& labels,
                   const std::vector<std::string>& classes, std::size_t k,
                   const std::vector<std::size_t>& recall_depths,
                   const std::optional<EpisodeOptions>& episodes, bool within_parents,
                   const py::object& open_set) {
  const std::size_t dimension = width_of(vectors, "vectors");
  require_valid_dimension(dimension);
  const Rows rows(vectors, dimension, "vectors");
  std::optional<Rows> foreign;
  if (!open_set.is_none()) foreign.emplace(open_set, dimension, "open_set");
  if (episodes) require_valid(*episodes);
  std::vector<double> recalls;
  const std::string json = heard([&](const Stop& stop) {
    RetrievalOptions options{.voters = k, .check = [&] { stop.check(); }};
    for (const std::size_t depth : recall_depths) options.depth = std::max(options.depth, depth);
    Evaluation result = evaluate_each_other(rows.normalized(), labels, classes, options);
    if (episodes) {
      add_episodes(result, *episodes, within_parents,
                   [&](std::size_t) { return !stop.requested(); });
    }
    stop.check();
    if (foreign) add_open_set(result, foreign->normalized());
    for (const std::size_t depth : recall_depths) recalls.push_back(recall_at(result, depth));
    return evaluation_json(result);
  });
  return py::make_tuple(json, recalls);
}

}  // namespace

void add_evaluation(py::module_& module) {
  py::class_<EpisodeOptions>(module, "_Episodes")
      .def(py::init<std::size_t, std::size_t, std::size_t, std::uint64_t>());
  module.def("_evaluate", &evaluate);
}

}  // namespace simdb::python
