#include <pybind11/stl.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "python/answer.h"
#include "python/arrays.h"
#include "python/database.h"
#include "python/encoder.h"
#include "python/errors.h"

namespace simdb::python {
namespace {

struct Question {
  std::optional<std::size_t> k;
  SearchFilter filter;
  double alpha = 0.05;
  std::optional<float> accept;
  std::optional<float> within;
};

std::optional<float> similarity_of(const std::optional<double>& given, const char* name) {
  if (!given) return std::nullopt;
  if (!(*given >= -1 && *given <= 1)) {
    throw Error(ErrorCode::kUsage, std::string(name) + " is a similarity, from -1 to 1");
  }
  return static_cast<float>(*given);
}

// Answers the rows of a call by one set of options. Made without the GIL.
class Answerer {
 public:
  Answerer(OpenDatabase& open, const Question& question)
      : database_(open.database()),
        trouble_(open.catch_up()),
        options_(options_for(open, question)),
        decider_(database_, options_,
                 question.accept ? nullptr : open.decisions().sets(question.alpha),
                 question.accept.has_value()) {}

  FullAnswer one(std::span<const float> unit) const {
    return full_answer(decider_.answer(unit, database_.query(unit, options_)), decider_);
  }
  std::vector<FullAnswer> many(const EmbeddingBatch& batch) const {
    std::vector<FullAnswer> all;
    all.reserve(batch.rows());
    for (Answer& answer : decider_.answers(batch, database_.query_batch(batch, options_))) {
      all.push_back(full_answer(std::move(answer), decider_));
    }
    return all;
  }
  /// What a person should know, if there is anything.
  const std::optional<std::string>& trouble() const noexcept { return trouble_; }

 private:
  static QueryOptions options_for(OpenDatabase& open, const Question& question) {
    if (!(question.alpha > 0 && question.alpha < 1)) {
      throw Error(ErrorCode::kUsage, "alpha is a number between 0 and 1");
    }
    QueryOptions options = open.kept_options();
    if (question.k) options.k = *question.k;
    if (options.k == 0) throw Error(ErrorCode::kUsage, "k must be at least 1");
    options.filter = question.filter;
    if (question.accept) options.accept_similarity = *question.accept;
    options.within = question.within;
    require_classes(open.gallery(), options.filter.class_names);
    return options;
  }

  const Database& database_;
  const std::optional<std::string> trouble_;
  const QueryOptions options_;
  const Decider decider_;
};

Question question_of(std::optional<std::size_t> k, const py::object& classes,
                     const py::object& where, double alpha, std::optional<double> accept,
                     std::optional<double> within) {
  return {k, filter_of(classes, where), alpha, similarity_of(accept, "accept"),
          similarity_of(within, "within")};
}

void require_one(const py::object& image, const py::object& vector, const char* names) {
  if (image.is_none() == vector.is_none()) {
    throw Error(ErrorCode::kUsage, std::string("give ") + names);
  }
}

void tell(const std::optional<std::string>& trouble) {
  if (trouble) warn("uncalibrated: " + *trouble);
}

FullAnswer query(const DatabaseHandle& handle, const py::object& image, const py::object& vector,
                 std::optional<std::size_t> k, const py::object& classes, const py::object& where,
                 double alpha, std::optional<double> accept, std::optional<double> within) {
  require_one(image, vector, "an image or vector=, not both");
  const auto open = handle.get();
  const Question question = question_of(k, classes, where, alpha, accept, within);
  std::optional<std::string> trouble;
  std::optional<FullAnswer> answer;
  if (!vector.is_none()) {
    const Rows rows(vector, open->gallery().dimension(), "vector");
    if (!rows.is_single()) {
      throw Error(ErrorCode::kUsage, "query takes one vector; query_batch takes several");
    }
    const py::gil_scoped_release others_run;
    const Answerer answerer(*open, question);
    answer = answerer.one(Embedding::normalized(rows.row(0)).values());
    trouble = answerer.trouble();
  } else {
    const Images images(image);
    if (images.size() != 1) {
      throw Error(ErrorCode::kUsage, "query takes one image; query_batch takes several");
    }
    answer = heard([&](const Stop& stop) {
      const Answerer answerer(*open, question);
      const EmbeddingBatch batch = encode(open->database().encoder(), images, stop);
      trouble = answerer.trouble();
      return answerer.one(batch.row(0));
    });
  }
  tell(trouble);
  return std::move(*answer);
}

std::vector<FullAnswer> query_batch(const DatabaseHandle& handle, const py::object& given_images,
                                    const py::object& vectors, std::optional<std::size_t> k,
                                    const py::object& classes, const py::object& where,
                                    double alpha, std::optional<double> accept,
                                    std::optional<double> within) {
  require_one(given_images, vectors, "images or vectors=, not both");
  const auto open = handle.get();
  const Question question = question_of(k, classes, where, alpha, accept, within);
  std::optional<Rows> rows;
  std::optional<Images> images;
  if (!vectors.is_none()) {
    rows.emplace(vectors, open->gallery().dimension(), "vectors");
  } else {
    images.emplace(given_images);
  }
  std::optional<std::string> trouble;
  auto answers = heard([&](const Stop& stop) {
    const Answerer answerer(*open, question);
    trouble = answerer.trouble();
    std::vector<FullAnswer> all;
    const auto take = [&](std::vector<FullAnswer>&& some) {
      std::move(some.begin(), some.end(), std::back_inserter(all));
    };
    if (images) {
      const EmbeddingBatch batch = encode(open->database().encoder(), *images, stop);
      in_pieces(
          batch.rows(), [&] { stop.check(); },
          [&](std::size_t first, std::size_t last) {
            EmbeddingBatch piece(batch.dimension());
            for (std::size_t i = first; i < last; ++i) piece.append_unit(batch.row(i));
            take(answerer.many(piece));
          });
    } else {
      in_pieces(
          rows->size(), [&] { stop.check(); },
          [&](std::size_t first, std::size_t last) {
            take(answerer.many(rows->normalized(first, last)));
          });
    }
    return all;
  });
  tell(trouble);
  return answers;
}

}  // namespace

void add_database_queries(DatabaseClass& database) {
  database
      .def("query", &query, py::arg("image") = py::none(), py::kw_only(),
           py::arg("vector") = py::none(), py::arg("k") = py::none(),
           py::arg("classes") = py::none(), py::arg("where") = py::none(), py::arg("alpha") = 0.05,
           py::arg("accept") = py::none(), py::arg("within") = py::none(),
           "Says of which class an image, or a vector (dimension,), is, as `simdb query` does.\n\n"
           "k: neighbours that vote; None: 10, or what `simdb tune` found\n"
           "classes: only items of these (a str or several)\n"
           "where: only items whose metadata meet this: 'price<2', several of these, or a dict of "
           "equal values\n"
           "alpha: the share of known images that may be called unknown, if calibrated\n"
           "accept: instead, the similarity of the nearest neighbour below which an image is "
           "unknown; None: 0.5 where uncalibrated\n"
           "within: let all items of at least this similarity vote, not the k nearest\n\n"
           "Raises BadInput, NotFound (a file, a class), Usage, Io.")
      .def("query_batch", &query_batch, py::arg("images") = py::none(), py::kw_only(),
           py::arg("vectors") = py::none(), py::arg("k") = py::none(),
           py::arg("classes") = py::none(), py::arg("where") = py::none(), py::arg("alpha") = 0.05,
           py::arg("accept") = py::none(), py::arg("within") = py::none(),
           "The same for several images, or float32 vectors (n, dimension), on all cores: a list "
           "of Answer. Raises what query does, for the first that can't be used.");
}

}  // namespace simdb::python
