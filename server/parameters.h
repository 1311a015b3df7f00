#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/request_target.h"
#include "simdb/database.h"
#include "simdb/ingest.h"

namespace simdb::server {

/// The parameters of a request, which have the names of the command line's options. The readers
/// throw Error(kUsage), naming the parameter, for a value that is not what they read.
class Parameters {
 public:
  explicit Parameters(const std::vector<Parameter>& parameters) : parameters_(parameters) {}

  /// Throws Error(kUsage) if there is one that is not among `known`.
  void require_known(std::span<const std::string_view> known) const;

  /// Throws if it is there more than once.
  std::optional<std::string_view> text(std::string_view name) const;
  std::string_view required(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::optional<std::uint64_t> whole(std::string_view name, std::uint64_t min,
                                     std::uint64_t max) const;
  std::optional<double> number(std::string_view name, double min, double max) const;
  bool flag(std::string_view name) const;

 private:
  const std::vector<Parameter>& parameters_;
};

/// An item id in a path. Throws Error(kNotFound) for what is none.
ItemId id_of(std::string_view text);

/// Throws Error(kNotFound) unless all these classes have items.
void require_classes(const Gallery& gallery, std::span<const std::string> class_names);

/// Both of `class` and `where`.
SearchFilter filter_of(const Parameters& parameters);

/// The parameter `k`, the neighbours that vote, and how they do: as the database says.
QueryOptions vote_options(const Parameters& parameters, const Database& database);
/// The parameter `alpha`, between 0 and 1.
double alpha_of(const Parameters& parameters);

/// How an image is to be decided, as `simdb query` has it.
struct Ask {
  QueryOptions options;
  double alpha = 0.05;
  bool by_similarity = false;  ///< `accept` was given
  bool why = false;
  std::string name;  ///< what the answer calls the image
};
/// The parameters that ask_of() reads.
inline constexpr std::array<std::string_view, 8> kAskParameters = {
    "k", "class", "where", "alpha", "accept", "within", "why", "name"};
/// Those of a query with an image.
inline constexpr std::array<std::string_view, 9> kQueryParameters = {
    "k", "class", "where", "alpha", "accept", "within", "why", "name", "keep-unknown"};
Ask ask_of(const Parameters& parameters, const Database& database);

}  // namespace simdb::server
