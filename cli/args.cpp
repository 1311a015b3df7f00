#include "cli/args.h"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ostream>
#include <typeinfo>
#include <utility>

#include "cli/image_limits.h"
#include "cli/option_error.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

constexpr const char* kPositional = "positional";

// Boost takes "--=text" for the positional argument "text".
void refuse_nameless_options(const po::parsed_options& parsed) {
  for (const auto& option : parsed.options) {
    if (option.string_key == kPositional && option.value != option.original_tokens) {
      throw po::unknown_option(option.original_tokens.at(0));
    }
  }
}

}  // namespace

ArgumentParser::ArgumentParser(std::string synopsis, std::string description)
    : synopsis_(std::move(synopsis)),
      description_(std::move(description)),
      options_("options", 96, 40) {}

ArgumentParser& ArgumentParser::with_database() {
  options_.add_options()("db", po::value<std::string>()->value_name("DIR|URL"),
                         "the database (else $SIMDB_DB, else the nearest .simdb)");
  return *this;
}

ArgumentParser& ArgumentParser::with_server() {
  options_.add_options()("db", po::value<std::string>()->value_name("DIR|URL"),
                         "the database, or --server URL: see 'simdb --help'");
  unlisted_.add_options()("server", po::value<std::string>()->value_name("URL"),
                          "ask this server instead")(
      "token-file", po::value<std::string>()->value_name("FILE"), "the server's token");
  return *this;
}

ArgumentParser& ArgumentParser::with_json() {
  options_.add_options()("json", "one JSON object per line");
  return *this;
}

ArgumentParser& ArgumentParser::with_class_level() {
  options_.add_options()(
      "classes", po::value<std::string>()->default_value("auto")->value_name("auto|top|leaf"),
      "which folders are classes: every sub-folder of DIR (top), or every folder that holds images "
      "itself (leaf)");
  return *this;
}

ArgumentParser& ArgumentParser::with_image_limits() {
  options_.add_options()("image-limit",
                         po::value<std::vector<std::string>>()->composing()->value_name("NAME=N"),
                         kImageLimitHelp);
  return *this;
}

ArgumentParser& ArgumentParser::with_lists() {
  options_.add_options()("files-from", po::value<std::string>()->value_name("FILE"),
                         "also the images that FILE lists, a path per line")(
      "null,0", "paths end in NUL on - and in FILE, as 'find -print0' writes them");
  return *this;
}

ImageLimits ArgumentParser::image_limits() const {
  if (!has("image-limit")) return {};
  return parse_image_limits(get<std::vector<std::string>>("image-limit"));
}

bool ArgumentParser::parse(std::span<const std::string> args, Console& console, std::size_t min,
                           std::size_t max) {
  options_.add_options()("help,h", "print this page");
  po::options_description all;
  all.add(options_).add(unlisted_);
  if (console.table != nullptr) {
    *console.table = {synopsis_, all.options()};
    return false;
  }
  all.add_options()(kPositional, po::value<std::vector<std::string>>());
  po::positional_options_description position;
  position.add(kPositional, -1);
  const std::string hint = "; see 'simdb " + synopsis_.substr(0, synopsis_.find(' ')) + " --help'";
  try {
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::parsed_options parsed = po::command_line_parser({args.begin(), args.end()})
                                          .options(all)
                                          .positional(position)
                                          .style(style)
                                          .run();
    refuse_nameless_options(parsed);
    refuse_numbers_out_of_range(parsed, all, hint);
    po::store(parsed, values_);
    if (has("help")) {
      console.out << "usage: simdb " << synopsis_ << "\n\n" << description_ << "\n\n" << options_;
      return false;
    }
    po::notify(values_);
  } catch (const po::error& e) {
    throw Error(ErrorCode::kUsage, option_error(e, args) + hint);
  }
  if (has(kPositional)) positional_ = get<std::vector<std::string>>(kPositional);
  const std::size_t lists = has("files-from") ? 1 : 0;
  if (positional_.size() + lists < min)
    throw Error(ErrorCode::kUsage, "an argument is missing" + hint);
  if (positional_.size() > max) {
    throw Error(ErrorCode::kUsage, "unexpected argument '" + positional_[max] + "'" + hint);
  }
  return true;
}

}  // namespace simdb::cli
