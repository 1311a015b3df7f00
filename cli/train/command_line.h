#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "cli/train/train_app.h"

namespace simdb::cli {

/// Reads the words behind the name of `program`: its options, and a folder. Calls take(values) when
/// they have their values. Returns false, and does no more, where --help is asked for. Throws
/// Error(kUsage) that says what is wrong.
bool read_command_line(
    const std::string& program, std::span<const std::string_view> words,
    boost::program_options::options_description options, std::string& folder,
    const std::function<void(const boost::program_options::variables_map&)>& take =
        [](const auto&) {});

/// The exit code of run(), or of what it throws, which is told as `program`'s.
int run_program(const std::string& program, const TrainEnvironment& environment,
                const std::function<int()>& run);

}  // namespace simdb::cli
