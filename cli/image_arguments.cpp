#include "cli/image_arguments.h"

#include <ostream>

#include "cli/file_failures.h"
#include "core/printable.h"
#include "simdb/error.h"

namespace simdb::cli {

std::vector<std::filesystem::path> ImageArguments::files(std::span<const std::string> words) {
  return expand_paths(words, console_.in, skipped());
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
