#include "cli/completion/bash_line.h"

#include <algorithm>

namespace simdb::cli {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("_-./,+:@%=").find(c) != std::string_view::npos;
}

std::string quoted(std::string_view text, char quote) {
  std::string copy;
  for (const char c : text) {
    if (quote == '\'') {
      copy += c == '\'' ? std::string("'\\''") : std::string(1, c);
    } else if (quote == '"') {
      // History is expanded in these quotes, and a backslash before '!' stays.
      if (c == '!') {
        copy += "\"'!'\"";
      } else {
        if (std::string_view("\"\\$`").find(c) != std::string_view::npos) copy += '\\';
        copy += c;
      }
    } else {
      if (!is_plain(c)) copy += '\\';
      copy += c;
    }
  }
  // Readline closes the quotes, except where it sees this character before the cursor.
  if (quote != '\0' && copy.ends_with(quote)) copy += quote;
  return copy;
}

}  // namespace

BashLine read_bash_line(std::string_view line) {
  BashLine read;
  std::string word;
  bool has_word = false;
  const auto end_word = [&] {
    if (has_word && !read.redirects) read.words.push_back(word);
    if (has_word) read.redirects = false;
    word.clear();
    has_word = false;
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (read.quote == '\'') {
      c == '\'' ? void(read.quote = '\0') : void(word += c);
    } else if (c == '\\' && i + 1 < line.size()) {
      const char next = line[++i];
      const bool stays =
          read.quote == '"' && std::string_view("\"\\$`").find(next) == std::string_view::npos;
      if (stays) word += c;
      word += next;
      has_word = true;
    } else if (c == read.quote) {
      read.quote = '\0';
    } else if (read.quote == '\0' && (c == '\'' || c == '"')) {
      read.quote = c;
      has_word = true;
    } else if (read.quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
      end_word();
    } else if (read.quote == '\0' && (c == '<' || c == '>' || c == '&')) {
      const bool is_number = std::ranges::all_of(word, [](char d) { return d >= '0' && d <= '9'; });
      if (is_number) has_word = false;  // as in 2>
      end_word();
      read.redirects = true;
    } else {
      word += c;
      has_word = true;
    }
  }
  read.words.push_back(word);
  return read;
}

std::vector<std::string> bash_replies(std::string_view line, std::string_view text,
                                      const std::vector<Candidate>& candidates) {
  const BashLine whole = read_bash_line(line);
  const std::string& word = whole.words.back();
  const std::string head =
      line.ends_with(text) ? read_bash_line(line.substr(0, line.size() - text.size())).words.back()
                           : std::string();
  std::vector<std::string> replies;
  for (const Candidate& candidate : candidates) {
    if (!candidate.word.starts_with(word) || !word.starts_with(head)) continue;
    replies.push_back(quoted(std::string_view(candidate.word).substr(head.size()), whole.quote));
  }
  return replies;
}

}  // namespace simdb::cli
