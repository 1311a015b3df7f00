#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "postgres/nearness_guess_internal.h"

namespace simdb::postgres {
namespace {

constexpr std::uint64_t kFewestItems = 20'000;
constexpr std::size_t kSampled = 1024;
constexpr std::size_t kFewestSampled = 128;
constexpr std::chrono::minutes kUsedFor{1};

}  // namespace

std::shared_ptr<const NearnessGuess::Sample> NearnessGuess::sample(Connection& connection) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (sample_ && now < outdated_) return sample_;
  auto fresh = std::make_shared<Sample>(Sample{EmbeddingBatch(dimension_)});
  const Result row = connection.run("SELECT items, next_id FROM gallery");
  fresh->items = static_cast<std::uint64_t>(row.number(0, 0));
  if (fresh->items >= kFewestItems) {
    std::mt19937_64 random(fresh->items);
    std::uniform_int_distribution<std::uint64_t> any(1, to_number(row.id(0, 1)) - 1);
    std::vector<ItemId> ids(kSampled);
    for (ItemId& id : ids) id = ItemId{any(random)};
    const Result rows = connection.run(
        "SELECT id, embedding FROM vectors WHERE id = ANY($1::bigint[])", Params().ids(ids));
    std::vector<float> values(dimension_);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      rows.vector(i, 1, values);
      fresh->embeddings.append_unit(values);
    }
  }
  outdated_ = now + kUsedFor;
  return sample_ = std::move(fresh);
}

std::optional<float> NearnessGuess::similarity_of(Connection& connection,
                                                  std::span<const float> query,
                                                  std::size_t wanted) {
  const auto sample = this->sample(connection);
  const std::size_t rows = sample->embeddings.rows();
  if (rows < kFewestSampled) return std::nullopt;
  // The number of the sampled among the nearest is of Poisson's distribution: four of its standard
  // deviations more than its mean, and the three that a mean of 0 needs.
  const double mean =
      static_cast<double>(wanted) * static_cast<double>(rows) / static_cast<double>(sample->items);
  const double place = std::ceil(mean + 4 * std::sqrt(mean) + 3);
  if (place > static_cast<double>(rows) / 4) return std::nullopt;
  std::vector<float> similarities(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    similarities[i] = similarity(query, sample->embeddings.row(i));
  }
  const auto guessed = similarities.begin() + static_cast<std::ptrdiff_t>(place) - 1;
  std::ranges::nth_element(similarities, guessed, std::greater());
  return *guessed;
}

}  // namespace simdb::postgres
