#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/standard_files.h"
#include "cli/standard_input.h"
#include "cli/terminal.h"

int main(int argc, char** argv) {
  simdb::cli::prepare_standard_files();
  std::ios::sync_with_stdio(false);
  // OpenCV and ONNX Runtime log on std::cerr about models that they can't run, from several threads
  // and into the middle of our lines: only ours go out.
  std::ostream err(std::cerr.rdbuf());
  err << std::unitbuf;
  std::cerr.rdbuf(nullptr);
  const std::vector<std::string> args(argv + 1, argv + argc);
  simdb::cli::StandardInput input;
  std::istream in(&input);
  in.exceptions(std::ios::badbit);
  simdb::cli::Console console{in, std::cout, err, simdb::cli::err_can_redraw(),
                              simdb::cli::err_columns};
  const int code = simdb::cli::run(args, console);
#ifdef __SANITIZE_ADDRESS__
  return code;  // LeakSanitizer checks at a normal exit
#else
  // Nothing is left to do. A normal exit waits for the threads of OpenBLAS, which FAISS and OpenCV
  // bring along, and where memory is limited these never stop trying to get 128 MiB each.
  ::_exit(code);
#endif
}
