#include "cli/remote/remote.h"

#include <algorithm>

#include "cli/database_path.h"
#include "cli/remote/find_server.h"
#include "pipeline/formats/json_text.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

[[noreturn]] void fail_to_read() {
  throw Error(ErrorCode::kInternal,
              "can't read what the server answers; has it another version of simdb?");
}

// Where the value that begins at `at` ends: at a ',', ']' or '}' that is not in it.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  int depth = 0;
  for (bool in_text = false; at < text.size(); ++at) {
    const char c = text[at];
    if (in_text) {
      if (c == '\\') ++at;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
      return at;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  fail_to_read();
}

}  // namespace

std::optional<Remote> Remote::of(const ArgumentParser& args) {
  if (auto server = find_server(args)) return Remote(*std::move(server));
  return std::nullopt;
}

std::string Remote::ask(const client::HttpRequest& request) {
  std::string text = http_.ask(request);
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string Remote::get(const Target& target, std::chrono::seconds patience) {
  return ask({.target = target.text(), .patience = patience});
}

std::string Remote::post(const Target& target, const Json& body, bool is_repeatable) {
  const std::string json = json_text(body);
  return ask({.method = "POST",
              .target = target.text(),
              .content_type = "application/json",
              .body = json,
              .is_repeatable = is_repeatable});
}

std::string Remote::post_image(const Target& target, std::span<const std::byte> file) {
  return ask({.method = "POST",
              .target = target.text(),
              .content_type = "application/octet-stream",
              .body = {reinterpret_cast<const char*>(file.data()), file.size()}});
}

void Remote::require_classes(std::span<const std::string> names) {
  if (names.empty()) return;
  const Json classes = parse_answer(get(Target("/v1/classes"))).at("classes");
  for (const std::string& name : names) {
    const bool is_there =
        std::ranges::any_of(classes, [&](const Json& entry) { return entry.at("class") == name; });
    if (!is_there) fail_unknown_class(name);
  }
}

void add_words(Remote::Target& target, const ArgumentParser& args, const char* option) {
  if (!args.has(option)) return;
  for (const std::string& word : args.get<std::vector<std::string>>(option)) {
    target.with(option, word);
  }
}

void add_filter(Remote::Target& target, const ArgumentParser& args) {
  add_words(target, args, "class");
  add_words(target, args, "where");
}

std::vector<std::string_view> elements_of(std::string_view object, std::string_view name) {
  // The names of our answers need no escapes, and values are passed over whole.
  std::vector<std::string_view> elements;
  std::size_t at = 1;
  const std::string wanted = '"' + std::string(name) + "\":";
  while (at < object.size() && !object.substr(at).starts_with(wanted)) {
    const std::size_t colon = object.find(':', at);
    if (colon == std::string_view::npos) fail_to_read();
    at = end_of_value(object, colon + 1) + 1;
  }
  at += wanted.size();
  if (at >= object.size() || object[at] != '[') fail_to_read();
  ++at;
  while (at < object.size() && object[at] != ']') {
    const std::size_t end = end_of_value(object, at);
    if (object[end] == '}') fail_to_read();
    elements.push_back(object.substr(at, end - at));
    at = object[end] == ',' ? end + 1 : end;
  }
  return elements;
}

Remote::Json parse_answer(std::string_view text) {
  Remote::Json json = Remote::Json::parse(text, nullptr, false);
  if (!json.is_object()) fail_to_read();
  return json;
}

std::uint64_t count_in(std::string_view answer, const char* name) {
  const Remote::Json json = parse_answer(answer);
  if (!json.contains(name) || !json.at(name).is_number_unsigned()) fail_to_read();
  return json.at(name).get<std::uint64_t>();
}

}  // namespace simdb::cli
