#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "decisions/class_rules.h"
#include "simdb/calibration.h"
#include "tests/decisions/calibration_bytes.h"
#include "tests/decisions/galleries.h"

namespace simdb::test {

/// Classes with their p-values.
using Possible = std::map<std::string, double>;

inline float best_of_class(const Gallery& gallery, const std::string& name,
                           std::span<const float> query) {
  float best = -2;
  for (const auto& embedding : gallery.embeddings(gallery.items_of(name))) {
    best = std::max(best, similarity(embedding->values(), query));
  }
  return best;
}

/// By comparing with every item of every class; best[place] is what that gave.
inline Possible by_plain_scan(const ClassRules& rules, std::span<const float> best,
                              const std::vector<std::string>& names) {
  Possible possible;
  for (std::uint32_t place = 0; place < best.size(); ++place) {
    const std::string& name = rules.state().classes[place].name;
    if (!names.empty() && std::ranges::find(names, name) == names.end()) continue;
    const double p = rules.p_value(place, best[place]);
    if (p > rules.alpha()) possible.emplace(name, p);
  }
  return possible;
}

inline Possible possible_of(const Decision& decision) {
  Possible possible;
  for (const PossibleClass& entry : decision.possible) {
    if (entry.p) possible.emplace(entry.class_name, *entry.p);
  }
  return possible;
}

/// How many answers had no, one, two, and more possible classes.
using SetSizes = std::array<std::size_t, 4>;

/// Expects the answer sets at several alphas and options, some of them with a filter for `names`,
/// to be those of a plain scan.
inline void expect_plain_scan(const Gallery& gallery, const EmbeddingBatch& queries,
                              const std::vector<std::string>& names, std::mt19937_64& random,
                              SetSizes& sizes) {
  const Calibration calibration = Calibration::compute(gallery);
  const auto state = state_of(calibration, gallery);
  std::vector<std::vector<float>> best(queries.rows());
  for (const CalibrationState::Class& known : state->classes) {
    const auto items = gallery.embeddings(gallery.items_of(known.name));
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      best[q].push_back(-2);
      for (const auto& item : items) {
        best[q].back() = std::max(best[q].back(), similarity(item->values(), queries.row(q)));
      }
    }
  }
  for (const double alpha : {0.02, 0.05, 0.2}) {
    const AnswerSets sets(calibration, alpha);
    const ClassRules rules(state, alpha);
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      QueryOptions options{.k = 1 + random() % 12};
      if (random() % 3 == 0) options.filter.class_names = names;
      if (random() % 4 == 0) options.within = 0.5F;
      const Prediction prediction = ask(gallery, queries.row(q), options);
      if (prediction.neighbors.empty()) continue;
      const Decision decision = sets.decide(gallery, queries.row(q), prediction, options);
      const Possible expected = by_plain_scan(rules, best[q], options.filter.class_names);
      ASSERT_EQ(possible_of(decision), expected) << "alpha " << alpha << ", query " << q;
      for (const PossibleClass& entry : decision.possible) {
        if (!entry.p) continue;
        ASSERT_EQ(entry.similarity, best[q][*state->place_of(entry.class_name)]);
      }
      ++sizes[std::min<std::size_t>(3, expected.size())];
    }
  }
}

}  // namespace simdb::test
