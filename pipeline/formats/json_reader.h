#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace simdjson::dom {  // who uses what they hold includes <simdjson.h>
class element;
class object;
class parser;
}  // namespace simdjson::dom

namespace simdb {

/// Reads JSON that comes from elsewhere. Not thread-safe.
class JsonReader {
 public:
  JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;
  ~JsonReader();

  /// What `text` holds, valid until the next call. All of it is checked: texts are UTF-8, numbers
  /// fit double or 64 bits. A byte order mark is no part of it. Throws Error(kBadInput), saying
  /// from which byte on it is no JSON.
  simdjson::dom::element read(std::string_view text);
  /// The same of an object, {"name": value, ...}.
  simdjson::dom::object read_object(std::string_view text);

 private:
  std::unique_ptr<simdjson::dom::parser> parser_;
};

/// The text of the field `name`. Throws Error(kBadInput), naming it, if it is none.
std::string read_text(std::string_view name, const simdjson::dom::element& value);

/// Whether it is a list of numbers, which `numbers` has then.
bool read_numbers(const simdjson::dom::element& list, std::vector<float>& numbers);

}  // namespace simdb
