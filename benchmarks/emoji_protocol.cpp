#include "benchmarks/emoji_protocol.h"

#include <algorithm>
#include <random>
#include <span>
#include <system_error>

#include "benchmarks/labeled_rows.h"
#include "core/random_order.h"
#include "measures/evaluation.h"
#include "simdb/error.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

struct Drawings {
  std::vector<fs::path> paths;
  std::vector<int> labels;
};

bool by_name(const ClassFolder& a, const ClassFolder& b) { return a.name < b.name; }

}  // namespace

EmojiSplit split_emoji(const fs::path& folder, std::size_t training, std::uint64_t seed) {
  std::vector<ClassFolder> classes = find_class_folders(folder, ClassLevel::kTop);
  if (training >= classes.size()) {
    throw Error(ErrorCode::kUsage, "can't train on " + std::to_string(training) + " of the " +
                                       std::to_string(classes.size()) + " classes in '" +
                                       folder.string() + "': none would be left unseen");
  }
  std::mt19937_64 random(seed);
  shuffle_values(std::span(classes), random);
  const auto border = classes.begin() + static_cast<std::ptrdiff_t>(training);
  EmojiSplit split{{classes.begin(), border}, {border, classes.end()}};
  std::sort(split.training.begin(), split.training.end(), by_name);
  std::sort(split.unseen.begin(), split.unseen.end(), by_name);
  return split;
}

void link_classes(const std::vector<ClassFolder>& classes, const fs::path& folder) {
  try {
    fs::create_directories(folder);
    if (!fs::is_empty(folder)) {
      throw Error(ErrorCode::kBadInput,
                  folder.string() + " is not empty; name a new folder for the training classes");
    }
    for (const ClassFolder& entry : classes) {
      fs::create_directory_symlink(fs::canonical(entry.path), folder / entry.path.filename());
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::kIo,
                "can't link classes in " + folder.string() + ": " + error.code().message());
  }
}

EmojiScore score_emoji(const ImageEncoder& encoder, const std::vector<ClassFolder>& classes,
                       const std::string& gallery_vendor) {
  std::map<std::string, Drawings> vendors;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    for (const fs::path& image : classes[label].images) {
      Drawings& drawings = vendors[image.stem().string()];
      drawings.paths.push_back(image);
      drawings.labels.push_back(static_cast<int>(label));
    }
  }
  const Drawings gallery = vendors[gallery_vendor];
  vendors.erase(gallery_vendor);
  if (gallery.paths.size() != classes.size() || vendors.empty()) {
    throw Error(
        ErrorCode::kBadInput,
        "of " + std::to_string(classes.size()) + " classes " +
            std::to_string(gallery.paths.size()) + " have a drawing " + gallery_vendor +
            ".png, and " + std::to_string(vendors.size()) +
            " other vendors are there; every class needs the former, and one of the latter");
  }
  const EmbeddingBatch references = encode_paths(encoder, gallery.paths);
  EmojiScore score;
  for (const auto& [vendor, drawings] : vendors) {
    const double recall = query_against_gallery(encode_paths(encoder, drawings.paths),
                                                drawings.labels, references, gallery.labels)
                              .recall_at_1;
    score.recall_at_1[vendor] = recall;
    score.mean += recall / static_cast<double>(vendors.size());
  }
  return score;
}

}  // namespace simdb::bench
