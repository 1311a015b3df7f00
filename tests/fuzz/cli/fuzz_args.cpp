// A command's arguments. Input: a byte 0 to 3 for how many positional ones, then lines.
#include <boost/program_options/value_semantic.hpp>
#include <sstream>

#include "cli/args.h"
#include "tests/fuzz/fuzz_support.h"

namespace {

using namespace simdb;
namespace po = boost::program_options;

cli::ArgumentParser make_parser() {
  cli::ArgumentParser parser("query PATH...", "Classifies images.");
  parser.options().add_options()(
      "k,k", po::value<std::size_t>()->default_value(10)->value_name("N"), "neighbours that vote");
  parser.options().add_options()("class", po::value<std::string>()->value_name("C"), "a class");
  parser.options().add_options()(
      "accept", po::value<float>()->default_value(0.5F, "0.5")->value_name("S"), "a similarity");
  parser.options().add_options()("size", po::value<int>()->default_value(28), "a number");
  parser.with_class_level().with_image_limits().with_database().with_json();
  return parser;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Fields fields(fuzz::bytes_of(data, size));
  const std::size_t most = fields.number(1) % 4;
  const std::size_t least = most / 2;
  std::vector<std::string> args;
  std::istringstream lines(fuzz::text_of(fields.rest()));
  for (std::string line; std::getline(lines, line);) args.push_back(line);

  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  cli::Console console{in, out, err};
  cli::ArgumentParser parser = make_parser();
  const auto runs =
      fuzz::parsed({ErrorCode::kUsage}, [&] { return parser.parse(args, console, least, most); });
  fuzz::require(out.str().empty() == !(runs && !*runs), "only --help prints");
  if (!runs || !*runs) return 0;
  const std::vector<std::string>& positional = parser.positional();
  fuzz::require(positional.size() >= least && positional.size() <= most,
                "there are as many arguments as the command takes");
  for (const std::string& argument : positional) {
    fuzz::require(std::ranges::find(args, argument) != args.end(), "arguments are taken verbatim");
  }
  parser.get<std::size_t>("k");
  parser.get<float>("accept");
  parser.get<int>("size");
  if (parser.has("class")) parser.get<std::string>("class");
  if (parser.has("db")) parser.get<std::string>("db");
  parser.flag("json");
  fuzz::parsed({ErrorCode::kUsage}, [&] { return parser.class_level(); });
  const auto limits = fuzz::parsed({ErrorCode::kUsage}, [&] { return parser.image_limits(); });
  fuzz::require(!limits || (limits->max_seconds > 0 && limits->max_seconds <= 1e6),
                "a limit is a number above 0");
  return 0;
}
