#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "postgres/connection_internal.h"
#include "postgres/nearness_guess_internal.h"
#include "simdb/gallery.h"

namespace simdb::postgres {

/// The k nearest, or all within a similarity, as Gallery::look_up, by the state that a connection
/// reads. The server chooses candidates by its own float arithmetic, as many as its rounding may
/// put in the wrong order and some more; they are ranked here by similarity().
class Search {
 public:
  Search(std::size_t dimension, bool is_approximate)
      : dimension_(dimension), is_approximate_(is_approximate), guess_(dimension) {}

  bool is_approximate() const noexcept { return is_approximate_; }

  /// Throws Error(kUsage) if it makes no sense; see Gallery::search.
  void require_valid(std::span<const float> query, const Lookup& lookup) const;
  void require_valid(const EmbeddingBatch& queries, const Lookup& lookup) const;
  /// `connection` reads one state.
  std::vector<Neighbor> find(Connection& connection, std::span<const float> query,
                             const Lookup& lookup) const;
  /// The same for every query.
  std::vector<std::vector<Neighbor>> find_each(Connection& connection,
                                               const EmbeddingBatch& queries,
                                               const Lookup& lookup) const;

 private:
  std::vector<Neighbor> nearest(Connection& connection, std::span<const float> query,
                                const Lookup& lookup) const;
  std::vector<Neighbor> candidates(Connection& connection, std::span<const float> query,
                                   std::size_t count, const SearchFilter& filter,
                                   std::optional<float> guess) const;
  std::vector<Neighbor> within(Connection& connection, std::span<const float> query,
                               float min_similarity, std::size_t per_vector,
                               const SearchFilter& filter) const;
  std::vector<Neighbor> ranked(const Result& rows, std::span<const float> query) const;
  double slack() const;

  const std::size_t dimension_;
  const bool is_approximate_;
  mutable NearnessGuess guess_;
};

/// Adds to hits what an answer needs. Remembers means of classes until they change. Thread-safe.
class HitLabels {
 public:
  explicit HitLabels(std::size_t dimension) : dimension_(dimension) {}

  /// The hits of each query, described by the state that the connection reads.
  std::vector<std::vector<LabeledNeighbor>> describe(
      Connection& connection, const EmbeddingBatch& queries,
      const std::vector<std::vector<Neighbor>>& found);

 private:
  struct Class {
    std::uint64_t items = 0;
    std::int64_t mark = 0;  // of the change that its items came or went with last
    std::shared_ptr<const Embedding> mean = nullptr;
  };
  using Classes = std::map<std::string, Class, std::less<>>;
  void add_means(Connection& connection, const std::set<std::string>& names, Classes& classes);

  static constexpr std::size_t kMaxNumbers = std::size_t{1} << 24;

  const std::size_t dimension_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, std::pair<std::int64_t, std::shared_ptr<const Embedding>>> means_;
};

}  // namespace simdb::postgres
