#include "cli/completion/complete.h"

#include <algorithm>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <cstdlib>
#include <map>
#include <sstream>

#include "cli/app.h"
#include "cli/args.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

using Option = po::option_description;

bool takes_value(const Option& option) { return option.semantic()->max_tokens() > 0; }

// "FILE" of "FILE (=default)".
std::string value_name(const Option& option) {
  const std::string name = option.semantic()->name();
  return name.substr(0, name.find(' '));
}

const Option* find_option(const CommandTable& table, const std::string& word) {
  const bool is_long = word.starts_with("--");
  for (const auto& option : table.options) {
    if (option->match(is_long ? word.substr(2) : word, false, false, false) == Option::full_match) {
      return option.get();
    }
  }
  return nullptr;
}

// What stands before the cursor.
struct Line {
  std::map<std::string, std::string> options;  // as "--db", with their values
  std::size_t others = 0;                      // words that are no options
  const Option* open = nullptr;                // the option whose value is next
  bool only_others = false;                    // "--" was there
};

Line read_line(const CommandTable& table, std::span<const std::string> words) {
  Line line;
  for (const std::string& word : words) {
    if (line.open != nullptr) {
      line.options["--" + line.open->long_name()] = word;
      line.open = nullptr;
    } else if (line.only_others || !word.starts_with('-') || word == "-") {
      ++line.others;
    } else if (word == "--") {
      line.only_others = true;
    } else if (const std::size_t equals = word.find('='); equals != std::string::npos) {
      line.options[word.substr(0, equals)] = word.substr(equals + 1);
    } else {
      const Option* option = find_option(table, word);
      if (option != nullptr && takes_value(*option)) {
        line.open = option;
      } else {
        line.options[option == nullptr ? word : "--" + option->long_name()] = "";
      }
    }
  }
  return line;
}

// The words of one form of a synopsis: "CLASS", "PATH..."; options and their values are left out.
// Counts in `options` those outside brackets that the line has, or sets it to -1 if it lacks one.
std::vector<std::string> words_of_form(const CommandTable& table, const std::string& form,
                                       const Line& line, int& options) {
  std::vector<std::string> words;
  std::istringstream text(form);
  bool is_value = false;
  int depth = 0;
  for (std::string word; text >> word;) {
    const auto opening = std::ranges::count(word, '[');
    const auto closing = std::ranges::count(word, ']');
    depth += static_cast<int>(opening);
    std::erase_if(word, [](char c) { return c == '[' || c == ']'; });
    if (const Option* option = word.starts_with('-') ? find_option(table, word) : nullptr) {
      is_value = takes_value(*option);
      if (depth == 0 && options >= 0) {
        options = line.options.contains("--" + option->long_name()) ? options + 1 : -1;
      }
    } else if (word != "|" && !is_value) {
      words.push_back(word);
    } else {
      is_value = false;
    }
    depth -= static_cast<int>(closing);
  }
  return words;
}

// The names of the words that may come next.
std::vector<std::string> next_names(const CommandTable& table, const Line& line) {
  static constexpr std::string_view kOr = "   or   simdb ";
  std::vector<std::string> chosen;
  int most = -1;
  for (std::size_t begin = 0; begin != std::string::npos;) {
    const std::size_t end = table.synopsis.find(kOr, begin);
    int options = 0;
    std::vector<std::string> words =
        words_of_form(table, table.synopsis.substr(begin, end - begin), line, options);
    if (options > most) {
      most = options;
      chosen.assign(words.begin() + 1, words.end());  // without the command
    }
    begin = end == std::string::npos ? end : end + kOr.size();
  }
  std::vector<std::string> next;
  bool repeats = false;
  for (std::size_t i = 0; i < chosen.size() && i <= line.others; ++i) {
    const bool is_repeated = chosen[i].ends_with("...");
    repeats = repeats || is_repeated;
    if (i == line.others || repeats) {
      next.push_back(chosen[i].substr(0, chosen[i].size() - (is_repeated ? 3 : 0)));
    }
  }
  return next;
}

std::string note_of(const Option& option) {
  std::string note = option.description();
  std::ranges::replace(note, '\n', ' ');
  return note;
}

void offer_options(Completion& completion, const CommandTable& table) {
  for (const auto& option : table.options) {
    const std::string& name = option->long_name();
    completion.candidates.push_back({(name.size() == 1 ? "-" : "--") + name, note_of(*option)});
  }
}

}  // namespace

Completion complete(std::span<const std::string> words, const Console& console) {
  Completion completion;
  if (words.empty()) return completion;
  std::vector<std::string> line_words(words.begin(), words.end() - 1);
  const std::string& word = words.back();
  CommandTable table;
  Console asking = console;
  asking.table = &table;
  const std::size_t place = command_place(line_words);
  const bool has_command = place < line_words.size();
  if (has_command) {
    const auto command = std::ranges::find(commands(), line_words[place], &Command::name);
    if (command == commands().end()) return completion;
    line_words.erase(line_words.begin() + static_cast<std::ptrdiff_t>(place));
    command->run({}, asking);
  } else {
    ArgumentParser("COMMAND", "").with_server().parse({}, asking, 0, 0);
  }

  const Line line = read_line(table, line_words);
  const auto db = line.options.find("--db");
  const bool has_db = db != line.options.end();
  const bool is_server =
      line.options.contains("--server") || (!has_db && std::getenv("SIMDB_SERVER") != nullptr);
  const auto offer_for = [&](const std::string& name, std::string_view text,
                             const std::string& before) {
    offer(completion, name, text, before, has_db ? std::optional(db->second) : std::nullopt,
          is_server);
  };
  const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
  if (line.open != nullptr) {
    offer_for(value_name(*line.open), line.open->description(), "");
  } else if (!line.only_others && equals != std::string::npos) {
    const Option* option = find_option(table, word.substr(0, equals));
    if (option != nullptr && takes_value(*option)) {
      offer_for(value_name(*option), option->description(), word.substr(0, equals + 1));
    }
  } else if (!line.only_others && word.starts_with('-')) {
    offer_options(completion, table);
    if (!has_command) completion.candidates.push_back({"--version"});
  } else if (has_command) {
    for (const std::string& name : next_names(table, line)) offer_for(name, "", "");
  } else {
    for (const Command& command : commands()) {
      completion.candidates.push_back({std::string(command.name), std::string(command.summary)});
    }
  }
  return completion;
}

}  // namespace simdb::cli
