#include "decisions/encoder_change.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <map>
#include <numeric>
#include <random>
#include <utility>

#include "core/random_order.h"
#include "measures/evaluation.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::uint64_t kSeed = 1;

std::vector<LeftOutVote> votes_on(const EmbeddingBatch& embeddings, std::span<const int> labels,
                                  std::span<const std::size_t> rows, std::size_t k,
                                  const std::function<void()>& check) {
  return votes_of_others(
      embeddings, labels, rows,
      {.voters = std::max(k, kComparedNeighbors), .ask_single = true, .check = check});
}

// -1 if nobody votes.
int winner(const LeftOutVote& vote, const Voting& voting) {
  const auto voters = std::span(vote.voters).first(std::min(voting.k, vote.voters.size()));
  return voters.empty() ? -1 : weighted_vote(voters, voting.rule).front().label;
}

double jaccard(const LeftOutVote& a, const LeftOutVote& b) {
  const auto nearest = [](const LeftOutVote& vote) {
    std::vector<std::size_t> rows = vote.voter_rows;
    rows.resize(std::min(rows.size(), kComparedNeighbors));
    std::ranges::sort(rows);
    return rows;
  };
  const auto rows_a = nearest(a);
  const auto rows_b = nearest(b);
  std::vector<std::size_t> both;
  std::ranges::set_intersection(rows_a, rows_b, std::back_inserter(both));
  const std::size_t either = rows_a.size() + rows_b.size() - both.size();
  return either == 0 ? 1 : static_cast<double>(both.size()) / static_cast<double>(either);
}

double mcnemar(std::uint64_t only_before, std::uint64_t only_after) {
  const std::uint64_t once = only_before + only_after;
  if (once == 0) return 1;
  const boost::math::binomial_distribution<double> fair(static_cast<double>(once), 0.5);
  return std::min(
      1.0, 2 * boost::math::cdf(fair, static_cast<double>(std::min(only_before, only_after))));
}

}  // namespace

EncoderChange compare_encoders(const TwoGenerations& items, const Voting& before,
                               const Voting& after, std::size_t most,
                               const std::function<void()>& check) {
  const std::size_t rows = items.labels.size();
  if (items.before.rows() != rows || items.after.rows() != rows) {
    throw Error(ErrorCode::kUsage, "can't compare encoders: " + std::to_string(rows) +
                                       " labels, but " + std::to_string(items.before.rows()) +
                                       " and " + std::to_string(items.after.rows()) +
                                       " embeddings");
  }
  std::vector<std::size_t> asked(rows);
  std::iota(asked.begin(), asked.end(), std::size_t{0});
  std::mt19937_64 random(kSeed);
  draw_to_front(std::span(asked), most, random);
  asked.resize(std::min(most, rows));
  EncoderChange change{.asked = asked.size()};
  if (rows < 2) return change;

  const auto old_votes = votes_on(items.before, items.labels, asked, before.k, check);
  const auto new_votes = votes_on(items.after, items.labels, asked, after.k, check);
  std::map<int, std::uint64_t> sizes;
  for (const int label : items.labels) ++sizes[label];
  std::map<int, ClassChange> classes;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const int old_winner = winner(old_votes[i], before);
    const int new_winner = winner(new_votes[i], after);
    change.same_vote += old_winner == new_winner ? 1 : 0;
    change.jaccard += jaccard(old_votes[i], new_votes[i]) / static_cast<double>(asked.size());
    const int label = items.labels[asked[i]];
    if (sizes[label] < 2) continue;
    const bool was_right = old_winner == label;
    const bool is_right = new_winner == label;
    ++change.judged;
    change.right_before += was_right ? 1 : 0;
    change.right_after += is_right ? 1 : 0;
    change.only_before += was_right && !is_right ? 1 : 0;
    change.only_after += is_right && !was_right ? 1 : 0;
    ClassChange& entry = classes[label];
    ++entry.asked;
    entry.right_before += was_right ? 1 : 0;
    entry.right_after += is_right ? 1 : 0;
  }
  change.p_value = mcnemar(change.only_before, change.only_after);
  for (auto& [label, entry] : classes) {
    if (entry.right_after >= entry.right_before) continue;
    entry.class_name = items.class_names.at(static_cast<std::size_t>(label));
    change.lost.push_back(std::move(entry));
  }
  std::ranges::stable_sort(change.lost, std::ranges::greater(), [](const ClassChange& entry) {
    const std::uint64_t lost = entry.right_before - entry.right_after;
    return std::pair(lost, static_cast<double>(lost) / static_cast<double>(entry.asked));
  });
  return change;
}

}  // namespace simdb
