#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "tests/integration/cli_fixture.h"
#include "tests/support/process.h"

namespace simdb::test {

/// The program as a server of the drawn database.
class ServeTest : public CliTest {
 protected:
  std::vector<std::string> serve_command() const {
    return {SIMDB_PROGRAM, "serve", "--db", path("db"), "--listen", "127.0.0.1:0", "--quiet"};
  }

  /// The port that a server tells; 0 if it does not.
  static std::uint16_t port_of(Process& server) {
    const auto line = server.read_line(std::chrono::seconds(30));
    if (!line || line->rfind(':') == std::string::npos) return 0;
    return static_cast<std::uint16_t>(std::stoi(line->substr(line->rfind(':') + 1)));
  }

  /// The fields of a request with a body of this type, by who may do everything.
  std::string fields_of(const std::string& type) const {
    std::ifstream file(path("db/server.token"));
    std::string token;
    std::getline(file, token);
    return "Authorization: Bearer " + token + "\r\nContent-Type: " + type + "\r\n";
  }
};

}  // namespace simdb::test
