#include "cli/image_arguments.h"

#include <algorithm>
#include <fstream>
#include <ostream>

#include "cli/file_failures.h"
#include "cli/input_file.h"
#include "core/printable.h"
#include "simdb/error.h"

namespace simdb::cli {

std::vector<std::filesystem::path> ImageArguments::files(const ArgumentParser& parser,
                                                         std::span<const std::string> words) {
  const char end = parser.flag("null") ? '\0' : '\n';
  const bool listed = std::ranges::find(words, "-") != words.end();
  std::vector<std::filesystem::path> found;
  if (!words.empty()) {
    found = expand_paths(words, {.in = console_.in, .end = end}, skipped());
  }
  if (parser.has("files-from")) {
    const auto& name = parser.get<std::string>("files-from");
    std::ifstream list = open_to_read(name);
    const std::vector<std::string> all = {"-"};
    const auto more = expand_paths(all, {.in = list, .name = name, .end = end}, {});
    found.insert(found.end(), more.begin(), more.end());
  } else if (parser.flag("null") && !listed) {
    throw Error(ErrorCode::kUsage, "-0 says how a list is written: name one, - or --files-from");
  }
  return found;
}

std::vector<std::filesystem::path> ImageArguments::files(const std::string& folder) {
  return expand_paths(std::span(&folder, 1), {.in = console_.in}, skipped());
}

std::vector<LabeledPath> ImageArguments::classes(const std::string& folder, ClassLevel level) {
  return labeled_paths(folder, level, skipped());
}

int ImageArguments::exit_code(std::span<const ImageFailure> failures, std::size_t total) const {
  const int code = cli::exit_code(failures, total);
  return code == 0 && !complete_ ? static_cast<int>(ErrorCode::kBadInput) : code;
}

FolderSkipped ImageArguments::skipped() {
  return [this](const std::filesystem::path& folder, const std::string& reason) {
    complete_ = false;
    console_.err << "simdb: left out the folder " << printable(folder.string()) << ": "
                 << printable(reason) << '\n';
  };
}

}  // namespace simdb::cli
