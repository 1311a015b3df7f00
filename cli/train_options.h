#pragma once

#include <span>
#include <string_view>

namespace simdb::cli {

/// How an option of `simdb train` is explained. What it does is in cli/train, a program that takes
/// 0.3 s to start, too long for who completes a command line.
struct TrainOption {
  const char* name;        ///< "output,o"
  const char* value_name;  ///< as ArgumentParser's; nullptr: it takes no value
  const char* text;
};

/// All, in the order of the help page.
std::span<const TrainOption> train_options();

/// The one of this name. There must be one.
const TrainOption& train_option(std::string_view name);

}  // namespace simdb::cli
