#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>
#include <cerrno>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/train_options.h"
#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

CommandTable table() {
  po::options_description options;
  for (const TrainOption& option : train_options()) {
    if (option.value_name == nullptr) {
      options.add_options()(option.name, option.text);
    } else {
      options.add_options()(option.name, po::value<std::string>()->value_name(option.value_name),
                            option.text);
    }
  }
  options.add_options()("help,h", "print this page");
  return {"train DIR", options.options()};
}

}  // namespace

// Training lives in a program of its own, beside this one: loading LibTorch costs every process 0.3
// s.
int run_train(std::span<const std::string> args, Console& console) {
  if (console.table != nullptr) {
    *console.table = table();
    return 0;
  }
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
