#include "cli/train/command_line.h"

#include <boost/program_options.hpp>
#include <exception>
#include <ostream>
#include <vector>

#include "cli/option_error.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace {

namespace po = boost::program_options;

int report(const std::string& program, const TrainEnvironment& environment, ErrorCode code,
           std::string_view message) {
  environment.err << program << ": " << message << '\n';
  return static_cast<int>(code);
}

}  // namespace

bool read_command_line(const std::string& program, std::span<const std::string_view> words,
                       po::options_description options, std::string& folder,
                       const std::function<void(const po::variables_map&)>& take) {
  const std::string see_help = "; see " + program + " --help";
  options.add_options()("folder", po::value(&folder));
  po::positional_options_description positional;
  positional.add("folder", 1);
  const std::vector<std::string> texts(words.begin(), words.end());
  try {
    po::variables_map values;
    const po::parsed_options parsed =
        po::command_line_parser(texts)
            .options(options)
            .positional(positional)
            .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
            .run();
    refuse_numbers_out_of_range(parsed, options, see_help);
    po::store(parsed, values);
    if (values.count("help") > 0) return false;
    po::notify(values);
    take(values);
  } catch (const po::error& error) {
    throw Error(ErrorCode::kUsage, option_error(error, texts) + see_help);
  }
  return true;
}

int run_program(const std::string& program, const TrainEnvironment& environment,
                const std::function<int()>& run) {
  try {
    return run();
  } catch (const Error& error) {
    return report(program, environment, error.code(), error.what());
  } catch (const std::exception& error) {
    return report(program, environment, ErrorCode::kInternal, error.what());
  }
}

}  // namespace simdb::cli
