#pragma once

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <span>
#include <string>

namespace simdb::cli {

/// What is wrong with `args`: error.what(), except where an argument holds a '%'. Boost fills in
/// placeholders such as %value% until none is left, which takes forever if an argument is one.
std::string option_error(const boost::program_options::error& error,
                         std::span<const std::string> args);

/// Throws Error(kUsage) with the range, ending in `hint`, for a value that is no number its option
/// can hold: a stream, and so Boost, reads "-1" into an unsigned number as 2^64 - 1, and "nan" as a
/// number.
void refuse_numbers_out_of_range(const boost::program_options::parsed_options& parsed,
                                 const boost::program_options::options_description& all,
                                 const std::string& hint);

}  // namespace simdb::cli
