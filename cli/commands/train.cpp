#include <unistd.h>

#include <boost/program_options/value_semantic.hpp>
#include <cerrno>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/train_options.h"
#include "core/file_io.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

CommandTable table(const std::string& synopsis, std::span<const TrainOption> all) {
  po::options_description options;
  for (const TrainOption& option : all) {
    if (option.value_name == nullptr) {
      options.add_options()(option.name, option.text);
    } else {
      options.add_options()(option.name, po::value<std::string>()->value_name(option.value_name),
                            option.text);
    }
  }
  options.add_options()("help,h", "print this page");
  return {synopsis, options.options()};
}

// Training lives in a program of its own, beside this one: loading LibTorch costs every process 0.3
// s.
[[noreturn]] void become_train_program(std::vector<std::string> args, Console& console) {
  const std::string program = (program_folder() / "simdb-train").string();
  std::vector<char*> words = {const_cast<char*>(program.c_str())};
  for (std::string& word : args) words.push_back(word.data());
  words.push_back(nullptr);
  console.out.flush();
  ::execv(program.c_str(), words.data());
  throw Error(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              "can't start " + program + ": " + std::generic_category().message(errno) +
                  "; this simdb was built or installed without training (SIMDB_BUILD_TRAINING)");
}

}  // namespace

int run_train(std::span<const std::string> args, Console& console) {
  if (console.table != nullptr) {
    *console.table = table("train DIR", train_options());
    return 0;
  }
  become_train_program({args.begin(), args.end()}, console);
}

int run_train_decoder(std::span<const std::string> args, Console& console) {
  if (console.table != nullptr) {
    *console.table = table("train-decoder DIR", decoder_train_options());
    return 0;
  }
  std::vector<std::string> words = {"--train-decoder"};  // as cli/train/decoder_app.h names it
  words.insert(words.end(), args.begin(), args.end());
  become_train_program(std::move(words), console);
}

}  // namespace simdb::cli
