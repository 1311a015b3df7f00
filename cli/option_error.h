#pragma once

#include <boost/program_options/errors.hpp>
#include <span>
#include <string>

namespace simdb::cli {

/// What is wrong with `args`: error.what(), except where an argument holds a '%'. Boost fills in
/// placeholders such as %value% until none is left, which takes forever if an argument is one.
std::string option_error(const boost::program_options::error& error,
                         std::span<const std::string> args);

}  // namespace simdb::cli
