#include "server/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "core/class_name.h"
#include "core/printable.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::uint64_t kMostNeighbors = 10'000;

}  // namespace

void Parameters::require_known(std::span<const std::string_view> known) const {
  for (const Parameter& parameter : parameters_) {
    if (std::ranges::find(known, parameter.name) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known) {
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    throw Error(ErrorCode::kUsage,
                "there is no parameter '" + printable(parameter.name) +
                    (names.empty() ? "' here; this takes none" : "' here; there are " + names));
  }
}

std::optional<std::string_view> Parameters::text(std::string_view name) const {
  const Parameter* found = nullptr;
  for (const Parameter& parameter : parameters_) {
    if (parameter.name != name) continue;
    if (found != nullptr) {
      throw Error(ErrorCode::kUsage, "the parameter " + std::string(name) + " is there twice");
    }
    found = &parameter;
  }
  return found == nullptr ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::string_view Parameters::required(std::string_view name) const {
  const auto value = text(name);
  if (!value) throw Error(ErrorCode::kUsage, "the parameter " + std::string(name) + " is missing");
  return *value;
}

std::vector<std::string> Parameters::texts(std::string_view name) const {
  std::vector<std::string> values;
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name) values.push_back(parameter.value);
  }
  return values;
}

std::optional<std::uint64_t> Parameters::whole(std::string_view name, std::uint64_t min,
                                               std::uint64_t max) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc() && end == value->data() + value->size() && number >= min &&
      number <= max) {
    return number;
  }
  throw Error(ErrorCode::kUsage, fmt::format("{} is a whole number from {} to {}, not '{}'", name,
                                             min, max, printable(*value)));
}

std::optional<double> Parameters::number(std::string_view name, double min, double max) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc() && end == value->data() + value->size() && number >= min &&
      number <= max) {
    return number;
  }
  throw Error(ErrorCode::kUsage, fmt::format("{} is a number from {} to {}, not '{}'", name, min,
                                             max, printable(*value)));
}

bool Parameters::flag(std::string_view name) const {
  const auto value = text(name);
  if (!value || *value == "false" || *value == "0") return false;
  if (value->empty() || *value == "true" || *value == "1") return true;
  throw Error(ErrorCode::kUsage,
              fmt::format("{} is true or false, not '{}'", name, printable(*value)));
}

ItemId id_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Error(ErrorCode::kNotFound, "'" + printable(text) + "' is not an id");
  }
  return ItemId{number};
}

void require_classes(const Gallery& gallery, std::span<const std::string> class_names) {
  for (const std::string& name : class_names) {
    if (gallery.class_size(name) > 0) continue;
    throw Error(ErrorCode::kNotFound, "there is no class '" + printable(name) + "'");
  }
}

SearchFilter filter_of(const Parameters& parameters) {
  SearchFilter filter;
  filter.class_names = parameters.texts("class");
  for (const std::string& name : filter.class_names) require_class_name(name);
  for (const std::string& text : parameters.texts("where")) {
    filter.where.push_back(parse_condition(text));
  }
  return filter;
}

QueryOptions vote_options(const Parameters& parameters, const Database& database) {
  const QueryOptions kept = database.kept_options();
  return {.k = parameters.whole("k", 1, kMostNeighbors).value_or(kept.k), .rule = kept.rule};
}

double alpha_of(const Parameters& parameters) {
  const double alpha = parameters.number("alpha", 0, 1).value_or(0.05);
  if (alpha > 0 && alpha < 1) return alpha;
  throw Error(ErrorCode::kUsage,
              fmt::format("alpha is a share between 0 and 1, such as 0.05, not {}", alpha));
}

Ask ask_of(const Parameters& parameters, const Database& database) {
  Ask ask;
  ask.options = vote_options(parameters, database);
  ask.options.filter = filter_of(parameters);
  require_classes(database.gallery(), ask.options.filter.class_names);
  if (const auto accept = parameters.number("accept", -1, 1)) {
    ask.options.accept_similarity = static_cast<float>(*accept);
    ask.by_similarity = true;
  }
  if (const auto within = parameters.number("within", -1, 1)) {
    ask.options.within = static_cast<float>(*within);
  }
  ask.alpha = alpha_of(parameters);
  ask.why = parameters.flag("why");
  ask.name = parameters.text("name").value_or("image");
  return ask;
}

}  // namespace simdb::server
