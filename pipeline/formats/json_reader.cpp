#include "pipeline/formats/json_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>
#include <string>

#include "simdb/error.h"

namespace simdb {
namespace {

// simdjson does not tell where it stopped; nlohmann does, and takes a few things more.
std::string complaint(std::string_view text, simdjson::error_code error) {
  if (error == simdjson::DEPTH_ERROR) return "it is nested too deeply";
  try {
    [[maybe_unused]] const auto json = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& e) {
    return fmt::format("it is no JSON from byte {} on", e.byte);
  } catch (const nlohmann::json::exception&) {  // its words are about its own types
    return "a number in it is too large";
  }
  return "an integer in it is too large";
}

}  // namespace

JsonReader::JsonReader() : parser_(std::make_unique<simdjson::dom::parser>()) {}
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;
JsonReader::~JsonReader() = default;

simdjson::dom::element JsonReader::read(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  simdjson::dom::element value;
  const simdjson::error_code error = parser_->parse(text.data(), text.size()).get(value);
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error != simdjson::SUCCESS) {
    throw Error(ErrorCode::kBadInput, complaint(text, error));
  }
  return value;
}

simdjson::dom::object JsonReader::read_object(std::string_view text) {
  simdjson::dom::object object;
  if (read(text).get(object) != simdjson::SUCCESS) {
    throw Error(ErrorCode::kBadInput, "it is no JSON object, {\"name\": value, ...}");
  }
  return object;
}

std::string read_text(std::string_view name, const simdjson::dom::element& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    throw Error(ErrorCode::kBadInput, fmt::format("its \"{}\" is no text", name));
  }
  return std::string(text);
}

bool read_numbers(const simdjson::dom::element& list, std::vector<float>& numbers) {
  numbers.clear();
  simdjson::dom::array values;
  if (list.get(values) != simdjson::SUCCESS) return false;
  for (const simdjson::dom::element value : values) {
    double number = 0;
    if (value.get(number) != simdjson::SUCCESS) return false;
    numbers.push_back(static_cast<float>(number));
  }
  return true;
}

}  // namespace simdb
