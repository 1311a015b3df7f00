#pragma once

#include <span>
#include <string_view>

#include "cli/train/train_app.h"

namespace simdb::cli {

/// The first word by which simdb-train is asked for a decoder: no folder can be called so on a
/// command line.
inline constexpr std::string_view kTrainDecoderWord = "--train-decoder";

/// `simdb train-decoder`, as run_train_program: the same exit codes. Never throws.
int run_decoder_program(std::span<const std::string_view> args,
                        const TrainEnvironment& environment);

}  // namespace simdb::cli
