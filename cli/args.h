#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "simdb/class_folders.h"
#include "simdb/image_codec.h"

namespace simdb::cli {

/// What a command takes, as its help page tells it: for `simdb __complete`.
struct CommandTable {
  std::string synopsis;  ///< what follows "usage: simdb "
  std::vector<boost::shared_ptr<boost::program_options::option_description>> options;
};

/// The options of one command and how they are explained. The name of an option's value, and of a
/// word of the synopsis, also says what is offered for it: see cli/completion/offers.h.
class ArgumentParser {
 public:
  /// `synopsis` is what follows "usage: simdb ", `description` a few lines on what the command
  /// does.
  ArgumentParser(std::string synopsis, std::string description);

  /// Adds --help, and as asked --db and --json.
  ArgumentParser& with_database();
  /// with_database(), and --server and --token-file for commands that can ask a server instead: see
  /// cli/remote/find_server.h. They have no line of their own on the page, which --db's names.
  ArgumentParser& with_server();
  ArgumentParser& with_json();
  /// --classes auto|top|leaf, for commands that read a folder of classes.
  ArgumentParser& with_class_level();
  /// --image-limit NAME=N, for commands that read images.
  ArgumentParser& with_image_limits();
  /// --files-from FILE and -0, for commands that take lists of images. FILE counts as an argument.
  ArgumentParser& with_lists();
  /// For the command's own options: options().add_options()("k,k", po::value<int>(), "...").
  boost::program_options::options_description& options() { return options_; }

  /// True if the command should run; false if --help was asked for and has been printed, or if the
  /// table was asked for (Console::table) and is filled in. Throws
  /// Error(kUsage) that names the option or argument at fault (a negative value of an option that
  /// is unsigned, NaN and infinity are), and unless `min` <= positional arguments <= `max`.
  bool parse(std::span<const std::string> args, Console& console, std::size_t min, std::size_t max);

  const std::vector<std::string>& positional() const { return positional_; }
  bool has(const std::string& option) const { return values_.count(option) > 0; }
  /// Only after with_class_level(). Throws Error(kUsage) for another word.
  ClassLevel class_level() const { return parse_class_level(get<std::string>("classes")); }
  /// Only after with_image_limits(). Throws Error(kUsage) for a limit that makes no sense.
  ImageLimits image_limits() const;
  bool flag(const std::string& option) const { return has(option); }
  template <typename T>
  const T& get(const std::string& option) const {
    return values_[option].as<T>();
  }

 private:
  std::string synopsis_;
  std::string description_;
  boost::program_options::options_description options_;
  boost::program_options::options_description unlisted_;
  boost::program_options::variables_map values_;
  std::vector<std::string> positional_;
};

inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

}  // namespace simdb::cli
