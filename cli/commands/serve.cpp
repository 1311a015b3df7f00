#include <sys/resource.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cstdlib>
#include <ostream>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/interrupt.h"
#include "cli/open_browser.h"
#include "cli/render.h"
#include "core/parallel.h"
#include "server/access.h"
#include "server/http_server.h"
#include "server/listen_socket.h"
#include "server/log_queue.h"
#include "server/service.h"
#include "server/service_manager.h"
#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

constexpr const char* kDefaultAddress = "localhost:7700";
constexpr const char* kTokenFile = "server.token";
constexpr const char* kCopyFolder = "copy";  // of a database in PostgreSQL
constexpr std::size_t kMostThreads = 256;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

// Where the server keeps its token, pictures that wait for a name and its copy. Made if missing.
std::filesystem::path state_folder(const ArgumentParser& parser, const DatabasePlace& place) {
  if (place.is_folder()) {
    for (const char* option : {"state", "index"}) {
      if (!parser.has(option)) continue;
      throw Error(ErrorCode::kUsage, std::string("--") + option +
                                         " belongs to a database in PostgreSQL; " + place.name() +
                                         " is a folder");
    }
    return place.folder("serve", "");
  }
  std::filesystem::path folder;
  if (parser.has("state")) {
    folder = parser.get<std::string>("state");
  } else if (const std::string given = variable("STATE_DIRECTORY"); !given.empty()) {
    folder = given;
  } else {
    const std::string base = variable("XDG_STATE_HOME");
    const std::string home = variable("HOME");
    if (base.empty() && home.empty()) {
      throw Error(ErrorCode::kUsage, "name a folder for what this server keeps with --state DIR");
    }
    const std::string digest = to_hex(sha256(std::as_bytes(std::span(place.name()))));
    folder = (base.empty() ? std::filesystem::path(home) / ".local/state"
                           : std::filesystem::path(base)) /
             "simdb" / digest.substr(0, 16);
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(ErrorCode::kIo, "can't make the folder " + folder.string() + ": " +
                                    error.message() + "; name another one with --state DIR");
  }
  return folder;
}

// Whether it answers from a copy in memory.
bool keeps_copy(const ArgumentParser& parser, const DatabasePlace& place) {
  const std::string index = parser.has("index") ? parser.get<std::string>("index") : "memory";
  if (index != "memory" && index != "server") {
    throw Error(ErrorCode::kUsage,
                "--index takes memory or server, not '" + printable(index) + "'");
  }
  return !place.is_folder() && index == "memory";
}

std::vector<server::ListenSocket> open_sockets(const ArgumentParser& parser) {
  auto sockets = server::inherited_sockets(variable("LISTEN_PID"), variable("LISTEN_FDS"));
  if (!sockets.empty()) return sockets;
  const auto addresses = parser.has("listen") ? parser.get<std::vector<std::string>>("listen")
                                              : std::vector<std::string>{kDefaultAddress};
  for (const std::string& address : addresses) {
    for (auto& socket : server::listen_on(address)) sockets.push_back(std::move(socket));
  }
  for (const server::ListenSocket& socket : sockets) {
    if (socket.is_local() || parser.has("token-file")) continue;
    throw Error(ErrorCode::kUsage, "others can reach " + socket.name() +
                                       ": name the file of the token that lets them in with "
                                       "--token-file, and put a TLS proxy in front");
  }
  return sockets;
}

// Where a browser of this machine finds the page; empty if nothing of it is listened on.
std::string page_address(const std::vector<server::ListenSocket>& sockets) {
  for (const server::ListenSocket& socket : sockets) {
    if (!socket.is_unix() && socket.is_local()) return "http://" + socket.name() + "/";
  }
  return {};
}

std::size_t threads_of(const ArgumentParser& parser) {
  if (!parser.has("threads")) return core_count();
  const auto threads = parser.get<std::size_t>("threads");
  if (threads >= 1 && threads <= kMostThreads) return threads;
  throw Error(ErrorCode::kUsage, "--threads takes 1 to " + std::to_string(kMostThreads) + ", not " +
                                     std::to_string(threads));
}

void print_start(std::ostream& out, const std::vector<server::ListenSocket>& sockets,
                 const std::filesystem::path& token_file, const std::string& link) {
  for (const server::ListenSocket& socket : sockets) {
    if (socket.is_unix()) {
      out << "serving on " << printable(socket.name()) << '\n';
    } else {
      out << "serving on http://" << socket.name() << "/\n";
    }
  }
  out << "token      " << printable(token_file.string()) << '\n';
  if (!link.empty()) out << "open       " << link << '\n';
  out.flush();
}

// Many connections must not leave the store without descriptors for its files.
void allow_many_descriptors() {
  constexpr rlim_t kEnough = 16'384;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kEnough) return;
  limit.rlim_cur = std::min(limit.rlim_max, kEnough);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int run_serve(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("serve",
                        "Answers over HTTP, to this machine only unless told otherwise, who shows "
                        "the token.\nStops in good order on SIGTERM or Ctrl-C.");
  using Words = std::vector<std::string>;
  parser.options().add_options()(
      "listen", po::value<Words>()->composing()->value_name("WHERE"),
      "ADDRESS:PORT or unix:PATH; several: all of them (localhost:7700)");
  parser.options().add_options()("token-file", po::value<std::string>()->value_name("FILE"),
                                 "with the token for everything; made if missing (server.token in "
                                 "the database)");
  parser.options().add_options()("read-token-file", po::value<std::string>()->value_name("FILE"),
                                 "with a token that may only read; made if missing");
  parser.options().add_options()("host", po::value<Words>()->composing()->value_name("NAME"),
                                 "a further name of this machine, as in the addresses of clients");
  parser.options().add_options()("read-only", "change nothing, and follow who does");
  parser.options().add_options()(
      "state", po::value<std::string>()->value_name("DIR"),
      "of a database in PostgreSQL: what this server keeps ($STATE_DIRECTORY,\n"
      "else below ~/.local/state/simdb)");
  parser.options().add_options()(
      "index", po::value<std::string>()->value_name("WHERE"),
      "of the same: memory, a copy here that follows, or server (memory)");
  parser.options().add_options()(
      "read-your-writes", "answer only when all that others were told is stored can be seen");
  parser.options().add_options()("threads", po::value<std::size_t>()->value_name("N"),
                                 "that decode, encode and search (one per core)");
  parser.options().add_options()("open", "show the page in the browser");
  parser.options().add_options()("quiet", "no line per request on stderr");
  parser.with_image_limits().with_database();
  if (!parser.parse(args, console, 0, 0)) return 0;

  const DatabasePlace place = find_database(parser);
  const std::filesystem::path folder = state_folder(parser, place);
  const bool read_only = parser.flag("read-only");
  allow_many_descriptors();
  const InterruptGuard interrupt;
  const std::filesystem::path token_file =
      parser.has("token-file") ? std::filesystem::path(parser.get<std::string>("token-file"))
                               : folder / kTokenFile;
  const OpenOptions opening{.mode = read_only ? OpenMode::kReadOnly : OpenMode::kReadWrite,
                            .encoder_loader = load_onnx_encoder,
                            .upgraded = upgrade_note(place, console)};
  Database database = keeps_copy(parser, place)
                          ? place.open_copy(folder / kCopyFolder, opening, InterruptGuard::check)
                          : place.open(opening);
  server::Tokens tokens(server::token_in(token_file),
                        parser.has("read-token-file")
                            ? server::token_in(parser.get<std::string>("read-token-file"))
                            : std::string());
  // Last: who can connect finds the token.
  std::vector<server::ListenSocket> sockets = open_sockets(parser);
  const std::string address = page_address(sockets);
  if (parser.flag("open") && address.empty()) {
    throw Error(ErrorCode::kUsage,
                "--open needs an address of this machine; --listen localhost:7700 is one");
  }
  server::ServiceOptions options{.folder = folder, .read_only = read_only};
  options.read_your_writes = parser.flag("read-your-writes");
  options.limits = parser.image_limits();
  options.view = [&] {
    return place.open({.mode = OpenMode::kReadOnly, .encoder_loader = load_onnx_encoder});
  };
  options.change_signal = place.change_signal();
  options.threads = threads_of(parser);
  server::LogQueue log([&](std::string_view lines) { console.err << lines << std::flush; });
  if (!parser.flag("quiet")) options.log = [&](std::string_view line) { log.put(line); };
  const std::string manager = variable("NOTIFY_SOCKET");
  server::Service service(database, tokens, std::move(options));
  service.start();
  const std::string link = address.empty() ? address : address + '#' + tokens.new_code();
  print_start(console.out, sockets, token_file, link);
  if (parser.flag("open") && !open_browser(link)) {
    console.err << "no browser was opened, since there is no program xdg-open (package xdg-utils); "
                   "open the address above in one\n"
                << std::flush;
  }
  server::HttpServer http(service, std::move(sockets),
                          parser.has("host") ? parser.get<Words>("host") : Words(),
                          {.threads = service.workers().threads()});
  server::notify_manager(manager, "READY=1");
  bool is_stopping = false;
  http.run([&] {
    if (is_stopping || !InterruptGuard::requested()) return is_stopping;
    server::notify_manager(manager, "STOPPING=1");
    service.begin_stop();
    return is_stopping = true;
  });
  service.finish();
  return 0;
}

}  // namespace simdb::cli
