#include "cli/remote/find_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "cli/interrupt.h"
#include "core/file_io.h"
#include "core/printable.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

constexpr std::uint64_t kMaxTokenBytes = 4096;

std::string option_or_variable(const ArgumentParser& args, const char* option,
                               const char* variable) {
  if (args.has(option)) return args.get<std::string>(option);
  const char* value = std::getenv(variable);
  return value == nullptr ? std::string() : value;
}

std::string read_token(const std::string& file) {
  const std::vector<std::byte> bytes = read_file(file, kMaxTokenBytes);
  std::string token(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  // It goes into a field of the head.
  const bool is_token =
      !token.empty() && std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
  if (!is_token) {
    throw Error(ErrorCode::kUsage, "there is no token in " + printable(file) +
                                       ": it is one line of visible characters");
  }
  return token;
}

}  // namespace

std::optional<client::Server> find_server(const ArgumentParser& args) {
  if (args.has("server") && args.has("db")) {
    throw Error(ErrorCode::kUsage, "--db and --server name two databases; give one of them");
  }
  const std::string name =
      args.has("db") ? std::string() : option_or_variable(args, "server", "SIMDB_SERVER");
  if (name.empty()) {
    if (args.has("server")) throw Error(ErrorCode::kUsage, "--server needs http://HOST:PORT");
    if (args.has("token-file")) {
      throw Error(ErrorCode::kUsage, "--token-file belongs to --server or $SIMDB_SERVER");
    }
    return std::nullopt;
  }
  client::Server server{.address = client::parse_server_address(name),
                        .check = InterruptGuard::check};
  const std::string file = option_or_variable(args, "token-file", "SIMDB_TOKEN_FILE");
  if (!file.empty()) server.token = read_token(file);
  return server;
}

void refuse_option(const ArgumentParser& args, const char* option, const char* why) {
  if (!args.has(option)) return;
  throw Error(ErrorCode::kUsage, fmt::format("--{} does not go with a server: {}", option, why));
}

}  // namespace simdb::cli
