#include "cli/train/trained_files.h"

#include <set>
#include <sstream>
#include <vector>

#include "core/parallel.h"
#include "encoder/model/trained_on.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb::cli {

void note_trained_files(EncoderModel& model, const std::filesystem::path& folder,
                        ClassLevel level) {
  std::set<std::string> classes;
  std::istringstream names(model.notes["training_classes"]);
  for (std::string name; std::getline(names, name);) classes.insert(name);
  std::vector<std::filesystem::path> files;
  for (const ClassFolder& entry : find_class_folders(folder, level, [](const auto&...) {})) {
    if (!classes.contains(entry.name)) continue;
    files.insert(files.end(), entry.images.begin(), entry.images.end());
  }
  std::vector<Sha256> digests(files.size());
  parallel_for(files.size(), 16, core_count(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      try {
        digests[i] = identify_image(files[i]).digest;
      } catch (const Error&) {
        digests[i] = {};  // it was not trained on either
      }
    }
  });
  std::erase(digests, Sha256{});
  model.notes[std::string(kTrainedOnNote)] = trained_on_note(std::move(digests));
}

}  // namespace simdb::cli
