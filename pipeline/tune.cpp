#include "pipeline/tune.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/different_items.h"
#include "simdb/error.h"

namespace simdb {
namespace {

constexpr std::size_t kMostVoters = 100;
constexpr std::size_t kFewestItems = 50;

}  // namespace

Tuning tune_votes(const Gallery& gallery, const QueryOptions& present, std::size_t most,
                  const std::function<void()>& check) {
  const DifferentItems items = different_items(gallery, check);
  const std::vector<std::size_t> asked = items.draw(most);
  if (asked.size() < kFewestItems || items.class_names.size() < 2) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("there is too little to tune by: {} different images in classes of two "
                            "or more, {} classes; {} and 2 are needed",
                            asked.size(), items.class_names.size(), kFewestItems));
  }
  const std::size_t voters = std::max(kMostVoters, present.k);
  const auto votes =
      votes_of_others(items.embeddings, items.labels, asked, {.voters = voters, .check = check});
  Tuning tuning;
  tuning.items = asked.size();
  tuning.choices = try_votes(votes, kMostVoters);
  tuning.present = {present.k, present.rule, quality_of(votes, present.k, present.rule)};
  tuning.best = best_vote(tuning.choices, tuning.present, asked.size());
  return tuning;
}

}  // namespace simdb
