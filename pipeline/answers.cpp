#include "pipeline/answers.h"

#include <utility>

namespace simdb {

Decider::Decider(const Database& database, const QueryOptions& options,
                 std::shared_ptr<const AnswerSets> sets, bool by_similarity)
    : database_(database),
      options_(options),
      sets_(std::move(sets)),
      by_similarity_(by_similarity) {}

Answer Decider::answer(std::span<const float> embedding, Prediction prediction) const {
  const Gallery& gallery = database_.gallery();
  std::optional<Decision> decision;
  if (sets_) decision = sets_->decide(gallery, embedding, prediction, options_);
  return {std::move(prediction), std::move(decision), gallery.is_approximate()};
}

std::vector<Answer> Decider::answers(const EmbeddingBatch& embeddings,
                                     std::vector<Prediction>&& predictions) const {
  std::vector<Decision> decisions;
  if (sets_) {
    decisions = sets_->decide_batch(database_.gallery(), embeddings, predictions, options_);
  }
  std::vector<Answer> answers(predictions.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    answers[i].prediction = std::move(predictions[i]);
    if (sets_) answers[i].decision = std::move(decisions[i]);
    answers[i].is_approximate = database_.gallery().is_approximate();
  }
  return answers;
}

Explanation Decider::explain(std::span<const float> embedding, const Answer& answer) const {
  return simdb::explain(database_.gallery(), embedding, answer.prediction, options_, sets_.get(),
                        answer.decision ? &*answer.decision : nullptr);
}

std::string_view Decider::verdict(const Answer& answer) const {
  if (answer.decision) return name_of(answer.decision->verdict);
  if (!answer.prediction.accepted) return "unknown";
  return by_similarity_ ? "known" : "uncalibrated";
}

std::optional<double> Decider::alpha() const {
  return sets_ ? std::optional(sets_->alpha()) : std::nullopt;
}

}  // namespace simdb
