#include "cli/evaluate.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <utility>

#include "encoder/evaluation.h"

namespace simdb::cli {
namespace {

// The database's classes in memory: one search result holds up to R neighbours, too many to look up
// one by one.
class Labels {
 public:
  Labels(const Gallery& gallery, std::span<const LabeledPath> files) {
    std::set<std::string> names;
    for (const LabeledPath& file : files) names.insert(file.class_name);
    const std::vector<ClassCount> stored = gallery.classes();
    for (const ClassCount& entry : stored) names.insert(entry.name);
    names_.assign(names.begin(), names.end());
    items_.resize(names_.size());
    for (const ClassCount& entry : stored) items_[index_of(entry.name)] = entry.items;
    gallery.for_each_item([&](const ItemRecord& item) {
      label_of_.emplace(to_number(item.id), index_of(item.info.class_name));
      return true;
    });
  }

  std::size_t index_of(const std::string& name) const {
    return static_cast<std::size_t>(std::lower_bound(names_.begin(), names_.end(), name) -
                                    names_.begin());
  }
  std::size_t of(ItemId id) const { return label_of_.at(to_number(id)); }
  std::size_t items(std::size_t label) const { return items_[label]; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::vector<std::size_t> items_;
  std::unordered_map<std::uint64_t, std::size_t> label_of_;
};

RankedLabels rank(const std::vector<Neighbor>& neighbors, std::size_t truth, const Labels& labels) {
  RankedLabels ranked{static_cast<int>(truth), labels.items(truth), {}};
  for (const Neighbor& neighbor : neighbors) {
    ranked.neighbor_labels.push_back(static_cast<int>(labels.of(neighbor.id)));
  }
  return ranked;
}

ClassScore best_class(const std::vector<Neighbor>& neighbors, std::size_t k, const Labels& labels) {
  std::vector<LabeledNeighbor> voters;
  for (std::size_t i = 0; i < std::min(k, neighbors.size()); ++i) {
    voters.push_back(
        {neighbors[i].id, neighbors[i].similarity, labels.names()[labels.of(neighbors[i].id)], {}});
  }
  return vote(voters).front();
}

void summarise(Evaluation& result) {
  result.confusion.assign(result.classes.size(),
                          std::vector<std::uint64_t>(result.classes.size(), 0));
  for (const EvaluatedImage& image : result.images)
    ++result.confusion[image.truth][image.predicted];
  std::uint64_t correct = 0;
  std::size_t present = 0;
  for (std::size_t c = 0; c < result.classes.size(); ++c) {
    std::uint64_t total = 0;
    for (const std::uint64_t count : result.confusion[c]) total += count;
    if (total == 0) continue;
    ++present;
    correct += result.confusion[c][c];
    result.balanced_accuracy +=
        static_cast<double>(result.confusion[c][c]) / static_cast<double>(total);
  }
  const auto images = static_cast<double>(result.images.size());
  result.accuracy = static_cast<double>(correct) / images;
  result.balanced_accuracy /= static_cast<double>(present);
  result.recall_at_1 /= images;
  result.map_at_r /= images;
}

}  // namespace

Evaluation evaluate(const Database& database, std::span<const LabeledPath> files, std::size_t k,
                    const std::function<bool(std::size_t)>& progress) {
  const Gallery& gallery = database.gallery();
  if (gallery.classes().empty()) {
    throw Error(ErrorCode::kBadInput, "the database is empty; add images with 'simdb add' first");
  }
  const Labels labels(gallery, files);
  Evaluation result(database.encoder().dimension());
  result.classes = labels.names();
  std::vector<std::filesystem::path> paths;
  for (const LabeledPath& file : files) paths.push_back(file.path);

  encode_files(database.encoder(), paths, [&](EncodedFiles& run) {
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      const LabeledPath& file = files[run.indices[i]];
      const std::size_t truth = labels.index_of(file.class_name);
      const std::vector<Neighbor> neighbors =
          gallery.search(run.embeddings.row(i), std::max(k, labels.items(truth)));
      const RankedLabels ranked = rank(neighbors, truth, labels);
      result.recall_at_1 += recall_at_k(ranked, 1);
      result.map_at_r += average_precision_at_r(ranked);
      const ClassScore best = best_class(neighbors, k, labels);
      result.images.push_back({file.path, truth, labels.index_of(best.class_name), best.score,
                               std::move(run.images[i].thumbnail)});
    }
    result.embeddings.append(run.embeddings);
    std::move(run.failures.begin(), run.failures.end(), std::back_inserter(result.failures));
    return progress(run.end);
  });
  if (result.images.empty()) {
    throw Error(ErrorCode::kBadInput,
                "none of the images could be used; the first: " +
                    (result.failures.empty() ? "none read" : result.failures[0].message));
  }
  summarise(result);
  return result;
}

}  // namespace simdb::cli
