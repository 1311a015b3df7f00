#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "postgres/filter_internal.h"
#include "postgres/search_internal.h"
#include "simdb/embedding.h"

namespace simdb::postgres {
namespace {

// Candidates beyond the k that are asked for: most often the server's rounding reaches no further.
constexpr std::size_t kMore = 16;
constexpr double kUnitTolerance = 1e-3;

// A condition: at most as far from $1, by the server's arithmetic.
std::string within_distance(double distance, Params& params) {
  params.real(distance);
  return " AND (v.embedding <#> $1::vector) <= $" + std::to_string(params.size()) + "::float8";
}

}  // namespace

void Search::require_valid(std::span<const float> query, const Lookup& lookup) const {
  if (query.size() != dimension_) {
    throw Error(ErrorCode::kUsage, "can't search for a query of dimension " +
                                       std::to_string(query.size()) +
                                       " in a gallery of dimension " + std::to_string(dimension_));
  }
  if (!(std::abs(squared_length(query) - 1) <= 2 * kUnitTolerance)) {  // also false for NaN
    throw Error(ErrorCode::kUsage, "can't search for a query that is not of unit length");
  }
  if (!lookup.within && lookup.k == 0) {
    throw Error(ErrorCode::kUsage, "can't search for the 0 nearest items; k is at least 1");
  }
}

void Search::require_valid(const EmbeddingBatch& queries, const Lookup& lookup) const {
  for (std::size_t q = 0; q < queries.rows(); ++q) require_valid(queries.row(q), lookup);
}

// The server adds up the products of floats in an order of its own: each sum is off by less than
// half of this, the rounding of similarity() included.
double Search::slack() const { return 2 * static_cast<double>(dimension_ + 4) * 6.1e-8; }

std::vector<Neighbor> Search::ranked(const Result& rows, std::span<const float> query) const {
  std::vector<Neighbor> found;
  found.reserve(rows.rows());
  std::vector<float> values(dimension_);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    rows.vector(row, 1, values);
    found.push_back({rows.id(row, 0), similarity(query, values)});
  }
  return found;
}

std::vector<Neighbor> Search::find(Connection& connection, std::span<const float> query,
                                   const Lookup& lookup) const {
  if (!lookup.within) return nearest(connection, query, lookup);
  std::vector<Neighbor> found = within(connection, query, *lookup.within, SIZE_MAX, lookup.filter);
  std::erase_if(found, [&](const Neighbor& hit) { return hit.similarity < *lookup.within; });
  return found;
}

std::vector<std::vector<Neighbor>> Search::find_each(Connection& connection,
                                                     const EmbeddingBatch& queries,
                                                     const Lookup& lookup) const {
  std::vector<std::vector<Neighbor>> found(queries.rows());
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    found[q] = find(connection, queries.row(q), lookup);
  }
  return found;
}

std::vector<Neighbor> Search::nearest(Connection& connection, std::span<const float> query,
                                      const Lookup& lookup) const {
  const std::size_t wanted =
      std::min<std::size_t>(lookup.k, std::numeric_limits<std::int32_t>::max());
  if (is_approximate_) {
    // The index alone gives no more rows than this, and too few where a filter lets few through.
    // Only statements of this kind reach the nodes of a cluster.
    const std::size_t effort = std::clamp<std::size_t>(2 * (wanted + kMore), 100, 1000);
    connection.run(("SET LOCAL hnsw.ef_search = " + std::to_string(effort)).c_str());
    connection.run("SET LOCAL hnsw.iterative_scan = strict_order");
  }
  std::optional<float> guess;
  const bool is_filtered = !lookup.filter.class_names.empty() || !lookup.filter.ids.all() ||
                           !lookup.filter.where.empty();
  if (!is_approximate_ && !is_filtered) {
    guess = guess_.similarity_of(connection, query, wanted + kMore);
  }
  std::vector<Neighbor> found = candidates(connection, query, wanted + kMore, lookup.filter, guess);
  if (guess && found.size() < wanted + kMore) {
    found = candidates(connection, query, wanted + kMore, lookup.filter, std::nullopt);
  }
  const bool is_all = found.size() < wanted + kMore;
  const float last = is_all ? 0 : found.back().similarity;
  std::sort(found.begin(), found.end(), ranks_before);
  if (!is_all && !is_approximate_) {
    const float worst = found[wanted - 1].similarity;
    // What the server has left out may be as near as that.
    if (last + slack() >= worst) {
      found = within(connection, query, worst, wanted, lookup.filter);
    }
  }
  found.resize(std::min(found.size(), wanted));
  return found;
}

// The first `count` in the server's order; with a guess only those of that similarity or more.
std::vector<Neighbor> Search::candidates(Connection& connection, std::span<const float> query,
                                         std::size_t count, const SearchFilter& filter,
                                         std::optional<float> guess) const {
  Params params = Params().vector(query).number(static_cast<std::int64_t>(count));
  std::string sql = "SELECT v.id, v.embedding FROM " + from_vectors(filter, params);
  if (guess) sql += within_distance(-static_cast<double>(*guess), params);
  // No index has "+ 0", so all rows are compared, by several processes where there are many.
  sql += is_approximate_ ? " ORDER BY v.embedding <#> $1::vector"
                         : " ORDER BY (v.embedding <#> $1::vector) + 0";
  return ranked(connection.run((sql + " LIMIT $2::bigint").c_str(), params), query);
}

// At least all of this similarity or more, but of those with equal vectors only the first ids.
std::vector<Neighbor> Search::within(Connection& connection, std::span<const float> query,
                                     float min_similarity, std::size_t per_vector,
                                     const SearchFilter& filter) const {
  Params params = Params().vector(query);
  std::string sql = "SELECT v.id, v.embedding";
  const bool is_capped = per_vector != SIZE_MAX;
  if (is_capped) sql += ", row_number() OVER (PARTITION BY v.embedding ORDER BY v.id) AS place";
  sql += " FROM " + from_vectors(filter, params);
  // Similarities end at -1, what the server computes does not.
  const double bound = min_similarity - slack();
  sql += within_distance(bound > -1 ? -bound : std::numeric_limits<double>::infinity(), params);
  if (is_capped) {
    params.number(static_cast<std::int64_t>(per_vector));
    sql = "SELECT id, embedding FROM (" + sql + ") near WHERE place <= $" +
          std::to_string(params.size()) + "::bigint";
  }
  std::vector<Neighbor> found = ranked(connection.run(sql.c_str(), params), query);
  std::sort(found.begin(), found.end(), ranks_before);
  return found;
}

}  // namespace simdb::postgres
