#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/args.h"
#include "client/http_client.h"

namespace simdb::cli {

/// The database of a server, as commands ask it: docs/server.md, server/openapi.json. Errors as
/// HttpClient::ask. Thread-compatible.
class Remote {
 public:
  using Json = nlohmann::ordered_json;
  using Target = client::RequestTarget;

  /// The one that find_server() finds; nothing: the database is a folder.
  static std::optional<Remote> of(const ArgumentParser& args);
  explicit Remote(client::Server server) : http_(std::move(server)) {}

  /// The JSON that a route answers, without the line's end. `patience` is for answers that take
  /// long.
  std::string get(const Target& target, std::chrono::seconds patience = std::chrono::seconds(120));
  std::string post(const Target& target, const Json& body, bool is_repeatable = true);
  std::string post_image(const Target& target, std::span<const std::byte> file);
  client::HttpClient& http() noexcept { return http_; }
  const client::Server& server() const noexcept { return http_.server(); }

  /// Throws Error(kNotFound) unless items carry these class names.
  void require_classes(std::span<const std::string> names);

 private:
  std::string ask(const client::HttpRequest& request);  // without the line's end

  client::HttpClient http_;
};

/// Adds what the option was given, each word of it as a parameter of its name.
void add_words(Remote::Target& target, const ArgumentParser& args, const char* option);
/// --class and --where; see add_filter_options.
void add_filter(Remote::Target& target, const ArgumentParser& args);

/// The text of each element of the list that an object of JSON, which a server sent, has as `name`.
/// Throws Error(kInternal) if it has none.
std::vector<std::string_view> elements_of(std::string_view object, std::string_view name);
/// JSON that a server sent. Throws Error(kInternal) if it is none.
Remote::Json parse_answer(std::string_view text);
/// The count that an answer is about, as {"moved": 3}.
std::uint64_t count_in(std::string_view answer, const char* name);

}  // namespace simdb::cli
