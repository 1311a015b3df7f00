#include "benchmarks/photo_protocol.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include "benchmarks/photo_features.h"
#include "core/random_order.h"
#include "measures/evaluation.h"
#include "simdb/embedding.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

using Images = std::vector<std::size_t>;

/// Classes that a draw is made of together, in the order of parents.
std::vector<std::vector<Images>> make_pools(std::span<const Images> classes,
                                            std::span<const int> parents, const DrawPlan& plan) {
  std::map<int, std::vector<Images>> by_parent;
  std::size_t largest = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].size() <= plan.shots) continue;
    std::vector<Images>& pool = by_parent[parents.empty() ? 0 : parents[i]];
    pool.push_back(classes[i]);
    largest = std::max(largest, pool.size());
  }
  std::vector<std::vector<Images>> pools;
  const std::size_t needed = std::max<std::size_t>(plan.ways, 2);
  for (auto& [parent, pool] : by_parent) {
    if (pool.size() >= needed) pools.push_back(std::move(pool));
  }
  if (pools.empty()) {
    throw Error(ErrorCode::kBadInput, "can't draw " + std::to_string(needed) +
                                          " classes of more than " + std::to_string(plan.shots) +
                                          " images each: there are " + std::to_string(largest) +
                                          (parents.empty() ? "" : " in the largest folder"));
  }
  return pools;
}

/// Moves the images that are added to the front.
void pick_shots(Images& images, const DrawPlan& plan, bool first_draw, std::mt19937_64& random) {
  if (plan.pick == ViewPick::kRandom) {
    draw_to_front(std::span(images), plan.shots, random);
  } else if (plan.pick == ViewPick::kSpread) {
    const std::size_t start = first_draw ? 0 : draw_below(random, images.size());
    Images picked;
    std::vector<bool> taken(images.size());
    for (std::size_t i = 0; i < plan.shots; ++i) {
      const std::size_t place = (start + i * images.size() / plan.shots) % images.size();
      picked.push_back(images[place]);
      taken[place] = true;
    }
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (!taken[i]) picked.push_back(images[i]);
    }
    images = std::move(picked);
  }
}

EmbeddingBatch rows_of(const EmbeddingBatch& all, const Images& images) {
  EmbeddingBatch batch(all.dimension());
  for (const std::size_t image : images) batch.append_unit(all.row(image));
  return batch;
}

struct ClassMeans {
  std::vector<int> labels;
  EmbeddingBatch rows;
};

ClassMeans means_of(const EmbeddingBatch& rows, std::span<const int> labels,
                    const Images& gallery) {
  std::map<int, std::vector<float>> sums;
  for (const std::size_t item : gallery) {
    std::vector<float>& sum =
        sums.try_emplace(labels[item], std::vector<float>(rows.dimension())).first->second;
    for (std::size_t d = 0; d < sum.size(); ++d) sum[d] += rows.row(item)[d];
  }
  ClassMeans means{{}, EmbeddingBatch(rows.dimension())};
  for (const auto& [label, sum] : sums) {
    means.labels.push_back(label);
    append_features(means.rows, sum);
  }
  return means;
}

}  // namespace

ViewPick parse_view_pick(std::string_view name) {
  if (name == "random") return ViewPick::kRandom;
  if (name == "first") return ViewPick::kFirst;
  if (name == "spread") return ViewPick::kSpread;
  throw Error(ErrorCode::kUsage,
              "--pick is random, first or spread, not '" + std::string(name) + "'");
}

std::vector<Draw> draw_galleries(std::span<const Images> classes, std::span<const int> parents,
                                 const DrawPlan& plan) {
  if (plan.shots == 0 || plan.draws == 0 || plan.ways == 1) {
    throw Error(ErrorCode::kUsage, "at least 1 shot, 1 draw and 2 ways are needed");
  }
  const std::vector<std::vector<Images>> pools = make_pools(classes, parents, plan);
  std::mt19937_64 random(plan.seed);
  std::vector<Draw> draws;
  for (std::size_t i = 0; i < plan.draws; ++i) {
    std::vector<Images> drawn = pools[draw_below(random, pools.size())];
    if (plan.ways > 0) {
      draw_to_front(std::span(drawn), plan.ways, random);
      drawn.resize(plan.ways);
    }
    Draw draw;
    for (Images& images : drawn) {
      pick_shots(images, plan, i == 0, random);
      const auto border = images.begin() + static_cast<std::ptrdiff_t>(plan.shots);
      draw.gallery.insert(draw.gallery.end(), images.begin(), border);
      const std::span others(border, images.end());
      const std::size_t asked = plan.queries == 0 ? others.size() : plan.queries;
      if (plan.queries > 0) draw_to_front(others, asked, random);
      const auto asked_images = others.first(std::min(asked, others.size()));
      draw.queries.insert(draw.queries.end(), asked_images.begin(), asked_images.end());
    }
    draws.push_back(std::move(draw));
  }
  return draws;
}

DrawScore score_draw(const EmbeddingBatch& rows, std::span<const int> labels, const Draw& draw,
                     std::size_t voters) {
  const ClassMeans means = means_of(rows, labels, draw.gallery);
  std::size_t item_hits = 0;
  std::size_t mean_hits = 0;
  for (const std::size_t query : draw.queries) {
    const std::span<const float> asked = rows.row(query);
    float best_item = -2;
    float best_mean = -2;
    int item_label = -1;
    int mean_label = -1;
    for (const std::size_t item : draw.gallery) {
      const float alike = similarity(asked, rows.row(item));
      if (alike > best_item) best_item = alike, item_label = labels[item];
    }
    for (std::size_t i = 0; i < means.labels.size(); ++i) {
      const float alike = similarity(asked, means.rows.row(i));
      if (alike > best_mean) best_mean = alike, mean_label = means.labels[i];
    }
    item_hits += item_label == labels[query];
    mean_hits += mean_label == labels[query];
  }
  const auto count = static_cast<double>(draw.queries.size());
  const auto labels_of = [&](const Images& images) {
    std::vector<int> chosen(images.size());
    std::transform(images.begin(), images.end(), chosen.begin(),
                   [&](std::size_t image) { return labels[image]; });
    return chosen;
  };
  const double vote = query_against_gallery(rows_of(rows, draw.queries), labels_of(draw.queries),
                                            rows_of(rows, draw.gallery), labels_of(draw.gallery),
                                            {.voters = voters, .threads = 1})
                          .accuracy;
  return {static_cast<double>(item_hits) / count, static_cast<double>(mean_hits) / count, vote};
}

std::vector<ClassFolder> choose_classes(std::vector<ClassFolder> classes, std::string_view which) {
  if (which == "all") return classes;
  std::vector<ClassFolder> chosen;
  if (which == "every-second") {
    for (std::size_t i = 1; i < classes.size(); i += 2) chosen.push_back(std::move(classes[i]));
    return chosen;
  }
  std::ifstream file{std::string(which)};
  if (!file) {
    throw Error(ErrorCode::kNotFound, "can't read the classes in '" + std::string(which) +
                                          "'; name a file, 'all' or 'every-second'");
  }
  std::set<std::string> wanted;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) wanted.insert(line);
  }
  for (ClassFolder& entry : classes) {
    if (wanted.erase(entry.name) > 0) chosen.push_back(std::move(entry));
  }
  if (!wanted.empty()) {
    throw Error(ErrorCode::kBadInput, std::string(which) + " names a class that has no folder: '" +
                                          *wanted.begin() + "'");
  }
  return chosen;
}

bool natural_less(std::string_view a, std::string_view b) {
  const auto digits = [](std::string_view text) {
    return std::min(text.find_first_not_of("0123456789"), text.size());
  };
  while (!a.empty() && !b.empty()) {
    const std::size_t a_digits = digits(a);
    const std::size_t b_digits = digits(b);
    if (a_digits > 0 && b_digits > 0) {
      const auto value = [](std::string_view text) {
        text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
        return std::pair(text.size(), text);
      };
      const auto a_value = value(a.substr(0, a_digits));
      const auto b_value = value(b.substr(0, b_digits));
      if (a_value != b_value) return a_value < b_value;
      a.remove_prefix(a_digits);
      b.remove_prefix(b_digits);
    } else {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() < b.size();
}

}  // namespace simdb::bench
