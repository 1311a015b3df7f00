#include "cli/completion/offers.h"

#include <cstdlib>
#include <exception>

#include "cli/completion/choices.h"
#include "cli/database_path.h"
#include "cli/render.h"
#include "core/printable.h"
#include "simdb/database.h"
#include "simdb/shipped_encoders.h"

namespace simdb::cli {
namespace {

// As a shell would have made it, had it read the word.
std::optional<std::string> without_tilde(const std::optional<std::string>& db) {
  const char* home = std::getenv("HOME");
  if (!db || !db->starts_with("~/") || home == nullptr) return db;
  return home + db->substr(1);
}

// None where there is no database: a line that is being typed is no place for messages.
std::vector<ClassCount> classes_of(const std::optional<std::string>& db) {
  try {
    const DatabasePlace place = find_database(without_tilde(db));
    if (!place.is_folder()) return {};  // an answer would take as long as the network
    return place.open({.mode = OpenMode::kReadOnly}).gallery().classes();
  } catch (const std::exception&) {
    return {};
  }
}

void offer_classes(Completion& completion, const std::string& before,
                   const std::optional<std::string>& db) {
  for (const ClassCount& entry : classes_of(db)) {
    if (printable(entry.name) != entry.name) continue;
    completion.candidates.push_back({before + entry.name, count_of(entry.items, "item", "items")});
  }
}

void offer_names_in(Completion& completion, std::string_view text, const std::string& before) {
  completion.no_space = true;
  for (std::size_t end = text.find('='); end != std::string_view::npos;
       end = text.find('=', end + 1)) {
    std::size_t begin = end;
    while (begin > 0 && text[begin - 1] != ' ') --begin;
    completion.candidates.push_back({before + std::string(text.substr(begin, end + 1 - begin))});
  }
}

}  // namespace

void offer(Completion& completion, std::string_view name, std::string_view text,
           const std::string& before, const std::optional<std::string>& db, bool is_server) {
  for (const std::string_view word : choices_of(name, text)) {
    completion.candidates.push_back({before + std::string(word)});
  }
  const bool has_files = name.find("FILE") != std::string_view::npos;
  for (const std::string_view part : parts_of(name)) {
    if (part == "NAME=N") {
      offer_names_in(completion, text, before);
    } else if (part == "NAME" && has_files) {
      for (const ShippedEncoder& encoder : shipped_encoders()) {
        completion.candidates.push_back(
            {before + std::string(encoder.name), std::string(encoder.purpose)});
      }
    } else if (part.starts_with("FILE") || part.starts_with("PATH") || part.starts_with("IMAGE")) {
      completion.files = true;
    } else if (part.ends_with("DIR")) {
      completion.folders = true;
    } else if (part == "CLASS" || part == "C" || part == "OLD" || part == "NEW") {
      if (!is_server) offer_classes(completion, before, db);
    }
  }
}

}  // namespace simdb::cli
