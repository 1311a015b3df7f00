#include "cli/item_options.h"

#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <cstdint>

#include "cli/database_path.h"
#include "cli/render.h"
#include "core/class_name.h"
#include "pipeline/formats/metadata_json.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;

void add_filter_options(ArgumentParser& parser) {
  using Words = std::vector<std::string>;
  parser.options().add_options()("class", po::value<Words>()->composing()->value_name("C"),
                                 "only items of this class; several: of any of them");
  parser.options().add_options()(
      "where", po::value<Words>()->composing()->value_name("CONDITION"),
      "only items whose metadata meet it, as 'sku=4711' or 'price<2'; several: all of them");
}

SearchFilter filter_of(const ArgumentParser& parser) {
  SearchFilter filter;
  if (parser.has("class")) {
    filter.class_names = parser.get<std::vector<std::string>>("class");
    for (const std::string& name : filter.class_names) require_class_name(name);
  }
  if (parser.has("where")) {
    for (const std::string& text : parser.get<std::vector<std::string>>("where")) {
      filter.where.push_back(parse_condition(text));
    }
  }
  return filter;
}

void add_selection_options(ArgumentParser& parser) {
  add_filter_options(parser);
  parser.options().add_options()("after",
                                 po::value<std::uint64_t>()->default_value(0, "")->value_name("ID"),
                                 "begin with the item after this one");
  parser.options().add_options()("limit", po::value<std::uint64_t>()->value_name("N"),
                                 "at most N items");
}

ItemSelection selection_of(const ArgumentParser& parser) {
  return {.filter = filter_of(parser),
          .after = ItemId{parser.get<std::uint64_t>("after")},
          .limit = parser.has("limit") ? parser.get<std::uint64_t>("limit") : UINT64_MAX};
}

void require_classes(const Database& database, const SearchFilter& filter) {
  for (const std::string& name : filter.class_names) require_class(database, name);
}

ItemId parse_id(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Error(ErrorCode::kUsage, "'" + printable(text) + "' is not an id; 'simdb ls' shows them");
  }
  return ItemId{number};
}

std::vector<ItemId> parse_ids(std::span<const std::string> words) {
  std::vector<ItemId> ids;
  for (const std::string& word : words) ids.push_back(parse_id(word));
  return ids;
}

std::vector<std::uint64_t> numbers_of(std::span<const ItemId> ids) {
  std::vector<std::uint64_t> numbers;
  for (const ItemId id : ids) numbers.push_back(to_number(id));
  return numbers;
}

Metadata parse_fields(std::span<const std::string> words) {
  Metadata metadata;
  for (const std::string& word : words) {
    auto [name, value] = parse_field(word);
    metadata.insert_or_assign(std::move(name), std::move(value));
  }
  return metadata;
}

}  // namespace simdb::cli
