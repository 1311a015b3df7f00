#pragma once

#include <span>
#include <string_view>

namespace simdb::cli {

/// How an option of `simdb train` and `simdb train-decoder` is explained. What it does is in
/// cli/train, a program that takes 0.3 s to start, too long for who completes a command line.
struct TrainOption {
  const char* name;        ///< "output,o"
  const char* value_name;  ///< as ArgumentParser's; nullptr: it takes no value
  const char* text;
};

/// All, in the order of the help page.
std::span<const TrainOption> train_options();

/// Those of `simdb train-decoder`.
std::span<const TrainOption> decoder_train_options();

/// The one of this name in such a table. There must be one.
const TrainOption& train_option(std::span<const TrainOption> table, std::string_view name);

}  // namespace simdb::cli
