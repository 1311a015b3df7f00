#include <unistd.h>

#include <cerrno>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include "cli/commands/commands.h"
#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb::cli {

// Training lives in a program of its own, beside this one: loading LibTorch costs every process 0.3
// s.
int run_train(std::span<const std::string> args, Console& console) {
  const std::string program = (program_folder() / "simdb-train").string();
  std::vector<char*> words = {const_cast<char*>(program.c_str())};
  for (const std::string& word : args) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  console.out.flush();
  ::execv(program.c_str(), words.data());
  throw Error(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              "can't start " + program + ": " + std::generic_category().message(errno) +
                  "; this simdb was built or installed without training (SIMDB_BUILD_TRAINING)");
}

}  // namespace simdb::cli
