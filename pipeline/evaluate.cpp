#include "pipeline/evaluate.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "measures/open_set.h"
#include "measures/vote_quality.h"

namespace simdb {
namespace {

constexpr std::size_t kRecallDepth = 5;

// The classes of the database and of the files, by numbers.
class Labels {
 public:
  Labels(std::span<const ClassCount> stored, std::span<const LabeledPath> files) {
    std::set<std::string> names;
    for (const LabeledPath& file : files) names.insert(file.class_name);
    for (const ClassCount& entry : stored) names.insert(entry.name);
    names_.assign(names.begin(), names.end());
    items_.resize(names_.size());
    for (const ClassCount& entry : stored) items_[index_of(entry.name)] = entry.items;
  }

  std::size_t index_of(const std::string& name) const {
    return static_cast<std::size_t>(std::lower_bound(names_.begin(), names_.end(), name) -
                                    names_.begin());
  }
  std::size_t items(std::size_t label) const { return items_[label]; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::vector<std::size_t> items_;
};

RankedLabels rank(const std::vector<LabeledNeighbor>& neighbors, std::size_t truth,
                  const Labels& labels) {
  RankedLabels ranked{static_cast<int>(truth), labels.items(truth), {}};
  for (const LabeledNeighbor& neighbor : neighbors) {
    ranked.neighbor_labels.push_back(static_cast<int>(labels.index_of(neighbor.class_name)));
  }
  return ranked;
}

void require_images(const Evaluation& result) {
  if (!result.images.empty()) return;
  throw Error(ErrorCode::kBadInput,
              "none of the images could be used; the first: " +
                  (result.failures.empty() ? "none read" : result.failures[0].message));
}

// Of a large database most classes are neither asked for nor answered: they are left out.
void keep_classes_that_occur(Evaluation& result) {
  std::map<std::size_t, std::size_t> places;
  for (const EvaluatedImage& image : result.images) {
    places.emplace(image.truth, 0);
    places.emplace(image.predicted, 0);
  }
  std::vector<std::string> classes;
  for (auto& [old, place] : places) {
    place = classes.size();
    classes.push_back(std::move(result.classes[old]));
  }
  result.classes = std::move(classes);
  for (EvaluatedImage& image : result.images) {
    image.truth = places.at(image.truth);
    image.predicted = places.at(image.predicted);
  }
}

// `answers` are those to the images.
void summarise(Evaluation& result, std::span<const QueryResult> answers) {
  for (const EvaluatedImage& image : result.images) {
    ++result.confusion[{image.truth, image.predicted}];
  }
  std::vector<RatedAnswer> rated;
  rated.reserve(result.images.size());
  for (const EvaluatedImage& image : result.images) {
    rated.push_back({image.confidence, image.predicted == image.truth});
  }
  result.calibration_error = calibration_error(rated);
  result.reliability = calibration_bins(rated);
  result.risk = risk_coverage(rated);
  const RetrievalScore mean = mean_of(answers);
  result.accuracy = mean.accuracy;
  result.balanced_accuracy = mean.balanced_accuracy;
  result.recall_at_1 = mean.recall_at_1;
  result.recall_at_5 = mean.recall_at_5;
  result.map_at_r = mean.map_at_r;
}

// Looks the images up among one another by their embeddings and measures what was found. `labels`
// are the truths of `images`.
void look_up_all(Evaluation& result, std::vector<EvaluatedImage>&& images,
                 const EmbeddingBatch& embeddings, std::span<const int> labels,
                 const RetrievalOptions& options) {
  std::vector<bool> is_query(images.size());
  const std::vector<QueryResult> answers = look_up_each_other(embeddings, labels, options);
  for (const QueryResult& found : answers) {
    is_query[found.row] = true;
    EvaluatedImage& image = images[found.row];
    image.predicted = static_cast<std::size_t>(found.predicted);
    image.confidence = found.confidence;
    image.best_similarity = found.best_similarity;
    image.first_hit = found.first_hit;
    result.images.push_back(std::move(image));
    result.embeddings.append_unit(embeddings.row(found.row));
  }
  for (std::size_t row = 0; row < images.size(); ++row) {
    if (!is_query[row]) result.singletons.append_unit(embeddings.row(row));
  }
  summarise(result, answers);
}

std::vector<int> truths_of(const Evaluation& result) {
  std::vector<int> labels;
  labels.reserve(result.images.size());
  for (const EvaluatedImage& image : result.images) labels.push_back(static_cast<int>(image.truth));
  return labels;
}

/// A number for the parent of each class.
struct Parents {
  std::vector<int> numbers;
  std::size_t count = 0;
};

Parents parents_of(const Evaluation& result) {
  std::map<std::string, int> numbers;
  Parents parents;
  for (const std::string& name : result.classes) {
    const std::size_t end = name.rfind('/');
    const std::string parent = end == std::string::npos ? "" : name.substr(0, end);
    const auto number = static_cast<int>(numbers.size());
    parents.numbers.push_back(numbers.try_emplace(parent, number).first->second);
  }
  if (numbers.size() == 1 && numbers.contains("")) {
    throw Error(ErrorCode::kBadInput,
                "the classes have no parents to draw episodes within: none of their names has a "
                "'/', as in 'Latin/a'; name the folder above the folders of classes, or leave out "
                "--within-parents");
  }
  std::set<int> asked;  // classes that images were only taken for have no queries
  for (const EvaluatedImage& image : result.images) asked.insert(parents.numbers[image.truth]);
  parents.count = asked.size();
  return parents;
}

/// Appends the items of `classes` to `rows` and returns each one's index into `classes`.
std::vector<int> items_of_classes(const Gallery& gallery, const std::vector<std::string>& classes,
                                  EmbeddingBatch& rows) {
  std::unordered_map<std::uint64_t, int> label_of;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    for (const ItemId id : gallery.items_of(classes[label])) {
      label_of.emplace(to_number(id), static_cast<int>(label));
    }
  }
  std::vector<int> labels;
  gallery.for_each_embedding([&](ItemId id, std::span<const float> values) {
    if (const auto found = label_of.find(to_number(id)); found != label_of.end()) {
      labels.push_back(found->second);
      rows.append_unit(values);
    }
    return true;
  });
  return labels;
}

void set_auroc(Evaluation& result, std::span<const float> foreign) {
  if (foreign.empty())
    throw Error(ErrorCode::kBadInput, "none of the foreign images could be used");
  std::vector<float> known;
  known.reserve(result.images.size());
  for (const EvaluatedImage& image : result.images) known.push_back(image.best_similarity);
  result.auroc = auroc(known, foreign);
}

}  // namespace

Evaluation evaluate(const Database& database, std::span<const LabeledPath> files,
                    const QueryOptions& options, const FilesDone& progress,
                    const ImageLimits& limits) {
  const std::size_t k = options.k;
  const Gallery& gallery = database.gallery();
  const std::vector<ClassCount> stored = gallery.classes();
  if (stored.empty()) {
    throw Error(ErrorCode::kBadInput, "the database is empty; add images with 'simdb add' first");
  }
  const Labels labels(stored, files);
  Evaluation result(database.encoder().dimension());
  result.classes = labels.names();
  std::vector<QueryResult> answers;
  encode_images(database.encoder(), list_of(files, limits), [&](EncodedRun& run) {
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      const LabeledPath& file = files[run.indices[i]];
      const std::size_t truth = labels.index_of(file.class_name);
      const std::vector<LabeledNeighbor> neighbors = gallery.look_up(
          run.embeddings.row(i), {.k = std::max({k, labels.items(truth), kRecallDepth})});
      const RankedLabels ranked = rank(neighbors, truth, labels);
      const ClassScore best =
          vote(std::span(neighbors).first(std::min(k, neighbors.size())), options.rule).front();
      const std::size_t predicted = labels.index_of(best.class_name);
      answers.push_back({.label = static_cast<int>(truth),
                         .predicted = static_cast<int>(predicted),
                         .recall_at_1 = recall_at_k(ranked, 1),
                         .recall_at_5 = recall_at_k(ranked, kRecallDepth),
                         .average_precision = average_precision_at_r(ranked)});
      result.images.push_back({file.path, truth, predicted, best.score,
                               neighbors.front().similarity, first_hit(ranked),
                               std::move(run.images[i].thumbnail)});
    }
    result.embeddings.append(run.embeddings);
    std::move(run.failures.begin(), run.failures.end(), std::back_inserter(result.failures));
    return progress(run.end);
  });
  require_images(result);
  keep_classes_that_occur(result);
  summarise(result, answers);
  return result;
}

Evaluation evaluate_each_other(const ImageEncoder& encoder, std::span<const LabeledPath> files,
                               std::size_t k, const FilesDone& progress, const ImageLimits& limits,
                               const std::function<void()>& check) {
  Evaluation result(encoder.dimension());
  std::map<std::string, std::size_t> places;
  for (const LabeledPath& file : files) places.emplace(file.class_name, 0);
  for (auto& [name, place] : places) {
    place = result.classes.size();
    result.classes.push_back(name);
  }
  std::vector<EvaluatedImage> images;  // those that could be read
  std::vector<int> labels;
  EmbeddingBatch embeddings(encoder.dimension());
  encode_images(encoder, list_of(files, limits), [&](EncodedRun& run) {
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      const LabeledPath& file = files[run.indices[i]];
      const std::size_t truth = places.at(file.class_name);
      labels.push_back(static_cast<int>(truth));
      images.push_back({file.path, truth, 0, 0, 0, 0, std::move(run.images[i].thumbnail)});
    }
    embeddings.append(run.embeddings);
    std::move(run.failures.begin(), run.failures.end(), std::back_inserter(result.failures));
    return progress(run.end);
  });
  look_up_all(result, std::move(images), embeddings, labels, {.voters = k, .check = check});
  if (result.images.empty() && !result.singletons.empty()) {
    throw Error(ErrorCode::kBadInput,
                "no class has two readable images, and an image is looked up among the others; "
                "add images, or name a database with --db");
  }
  require_images(result);
  return result;
}

Evaluation evaluate_each_other(const EmbeddingBatch& embeddings, std::span<const int> labels,
                               std::vector<std::string> classes, const RetrievalOptions& options) {
  Evaluation result(embeddings.dimension());
  result.classes = std::move(classes);
  std::vector<EvaluatedImage> images;
  images.reserve(labels.size());
  for (const int label : labels) {
    if (label < 0 || static_cast<std::size_t>(label) >= result.classes.size()) {
      throw Error(ErrorCode::kUsage, "there is no class of number " + std::to_string(label));
    }
    images.push_back({{}, static_cast<std::size_t>(label), 0, 0, 0, 0, {}});
  }
  look_up_all(result, std::move(images), embeddings, labels, options);
  if (result.images.empty()) {
    throw Error(ErrorCode::kBadInput,
                "no class has two vectors, and each is looked up among the others");
  }
  return result;
}

void add_episodes(Evaluation& result, const EpisodeOptions& options, bool within_parents,
                  const EpisodesPlayed& progress) {
  const Parents parents = within_parents ? parents_of(result) : Parents{};
  const EpisodeScore score =
      score_episodes(result.embeddings, truths_of(result), options, parents.numbers, progress);
  result.episodes = {options, score, parents.count, false};
}

void add_episodes(Evaluation& result, const EpisodeOptions& options, bool within_parents,
                  const EpisodesPlayed& progress, const Gallery& gallery) {
  const Parents parents = within_parents ? parents_of(result) : Parents{};
  EmbeddingBatch items(result.embeddings.dimension());
  const std::vector<int> labels = items_of_classes(gallery, result.classes, items);
  const EpisodeScore score = score_episodes({items, labels}, {result.embeddings, truths_of(result)},
                                            options, parents.numbers, progress);
  result.episodes = {options, score, parents.count, true};
}

void add_open_set(Evaluation& result, const EmbeddingBatch& foreign, const Gallery& gallery) {
  std::vector<float> best;
  for (const std::vector<Neighbor>& nearest : gallery.search_batch(foreign, 1)) {
    best.push_back(nearest.front().similarity);
  }
  set_auroc(result, best);
}

void add_open_set(Evaluation& result, const EmbeddingBatch& foreign) {
  EmbeddingBatch references = result.embeddings;
  references.append(result.singletons);
  set_auroc(result, best_similarities(foreign, references));
}

}  // namespace simdb
