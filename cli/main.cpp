#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/standard_files.h"

int main(int argc, char** argv) {
  simdb::cli::prepare_standard_files();
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> args(argv + 1, argv + argc);
  simdb::cli::Console console{std::cin, std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1};
  return simdb::cli::run(args, console);
}
