#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <vector>

#include "encoder/training/nested_loss.h"
#include "encoder/training/train_notes_internal.h"

namespace simdb::training {

std::map<std::string, std::string> make_notes(const TrainOptions& options,
                                              const LabeledImages& images,
                                              std::span<const int> trained,
                                              const TrainResult& result) {
  std::map<std::string, std::string> notes;
  for (const auto& [name, value] : describe(options)) {
    std::string note = name;
    std::replace(note.begin(), note.end(), '-', '_');
    notes[note] = value;
  }
  const std::set<int> seen(trained.begin(), trained.end());
  std::vector<std::string> names;
  for (std::size_t label = 0; label < images.classes.size(); ++label) {
    if (seen.contains(static_cast<int>(label))) names.push_back(images.classes[label]);
  }
  notes["trained_with"] = "simdb " SIMDB_VERSION;
  notes["training_data"] =
      fmt::format("{} images of {} classes", result.training_images, result.training_classes);
  notes["training_classes"] = fmt::format("{}", fmt::join(names, "\n"));
  notes["epochs"] = std::to_string(result.kept_start ? 0 : result.best.epoch);
  notes["recall_at_1"] = fmt::format("{:.4f}", result.best.recall_at_1);
  if (options.backbone) {
    notes["nested"] = fmt::format("{}", fmt::join(nested_lengths(options.network.dimension), ","));
  }
  notes["recall_measured_on"] =
      result.validation_images == 0 ? std::string("training images")
      : result.new_classes > 0 ? fmt::format("{} images of {} classes that training did not see",
                                             result.validation_images, result.new_classes)
                               : fmt::format("{} validation images", result.validation_images);
  return notes;
}

}  // namespace simdb::training
