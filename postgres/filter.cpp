#include <cmath>
#include <string_view>
#include <vector>

#include "postgres/filter_internal.h"
#include "postgres/rows_internal.h"

namespace simdb::postgres {
namespace {

// The text of parameter number n.
class Numbered {
 public:
  explicit Numbered(Params& params) : params_(params) {}
  std::string text(std::string_view value) {
    params_.text(value);
    return last("text");
  }
  std::string bytes(std::string_view value) {
    params_.text(value);
    return last("bytea");
  }
  std::string json(const MetadataValue& value) {
    params_.text(to_json(value));
    // A parameter of type jsonb would have to come in another form.
    return last("text") + "::jsonb";
  }
  std::string texts(std::span<const std::string> values) {
    params_.texts(values);
    return last("text[]");
  }
  std::string ids(std::span<const ItemId> values) {
    params_.ids(values);
    return last("bigint[]");
  }

 private:
  std::string last(const char* type) const {
    return "$" + std::to_string(params_.size()) + "::" + type;
  }
  Params& params_;
};

const char* operator_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return " = ";
    case Comparison::kNotEqual:
      return " <> ";
    case Comparison::kLess:
      return " < ";
    case Comparison::kLessOrEqual:
      return " <= ";
    case Comparison::kGreater:
      return " > ";
    case Comparison::kGreaterOrEqual:
      return " >= ";
  }
  return "";
}

// As passes() has it.
std::string condition_sql(const MetadataCondition& condition, Numbered& numbered) {
  const auto* number = std::get_if<double>(&condition.value);
  if (number != nullptr && std::isnan(*number)) {
    throw Error(ErrorCode::kUsage, "a condition on metadata compares with what is no number");
  }
  if (!is_storable(condition.name)) return "false";
  const auto* text = std::get_if<std::string>(&condition.value);
  if (text != nullptr && !is_storable(json_text(*text))) {  // no text is equal to it
    if (condition.comparison == Comparison::kEqual) return "false";
    if (condition.comparison == Comparison::kNotEqual) {
      return "i.metadata ? " + numbered.text(condition.name);
    }
  }
  if (condition.comparison == Comparison::kEqual) {  // by the index
    return "i.metadata @> jsonb_build_object(" + numbered.text(condition.name) + ", " +
           numbered.json(condition.value) + ")";
  }
  const std::string field = "i.metadata -> " + numbered.text(condition.name);
  if (condition.comparison == Comparison::kNotEqual) {
    return field + " <> " + numbered.json(condition.value);
  }
  // Texts of jsonb have the order of the database's language, so their bytes are taken out of it.
  const char* const type = text != nullptr ? "string" : number != nullptr ? "number" : "boolean";
  const std::string of_type = "jsonb_typeof(" + field + ") = '" + type + "' AND ";
  if (text == nullptr) {
    return of_type + field + operator_of(condition.comparison) + numbered.json(condition.value);
  }
  return of_type + "convert_to((" + field + ") #>> '{}', 'UTF8')" +
         operator_of(condition.comparison) + numbered.bytes(json_text(*text));
}

std::string where_sql(const SearchFilter& filter, const char* id, Params& params) {
  Numbered numbered(params);
  std::vector<std::string> conditions;
  if (!filter.class_names.empty()) {
    std::vector<std::string> names;
    for (const std::string& name : filter.class_names) {
      if (is_storable(name)) names.push_back(name);
    }
    conditions.push_back("i.class_name = ANY(" + numbered.texts(names) + ")");
  }
  if (!filter.ids.all()) {
    conditions.push_back(std::string(id) + " = ANY(" + numbered.ids(filter.ids.ids()) + ")");
  }
  for (const MetadataCondition& condition : filter.where) {
    conditions.push_back(condition_sql(condition, numbered));
  }
  std::string sql = " WHERE true";
  for (const std::string& condition : conditions) sql += " AND (" + condition + ")";
  return sql;
}

}  // namespace

std::string from_vectors(const SearchFilter& filter, Params& params) {
  const bool needs_items = !filter.class_names.empty() || !filter.where.empty();
  return std::string("vectors v") + (needs_items ? " JOIN items i ON i.id = v.id" : "") +
         where_sql(filter, "v.id", params);
}

std::string from_items(const SearchFilter& filter, Params& params) {
  return "items i" + where_sql(filter, "i.id", params);
}

}  // namespace simdb::postgres
