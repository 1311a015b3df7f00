#include "encoder/training/labeled_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/class_name.h"
#include "core/error.h"
#include "core/file_io.h"

namespace simdb::training {
namespace {

namespace fs = std::filesystem;

// Of a network's input, in pixels.
constexpr int kSide = 28;
constexpr int kDetailedSide = 48;
constexpr int kDetailedImage = 48;
constexpr std::size_t kManyClasses = 20;
constexpr std::size_t kLooks = 64;

/// `pixels` are RGB.
bool is_colored(std::span<const std::uint8_t> pixels) {
  constexpr int kSpread = 24;
  std::size_t colored = 0;
  for (std::size_t p = 0; p < pixels.size(); p += 3) {
    const auto [low, high] = std::minmax({pixels[p], pixels[p + 1], pixels[p + 2]});
    if (high - low > kSpread) ++colored;
  }
  return colored * 100 * 3 >= pixels.size();
}

Image read_image(const fs::path& file, const ImageLimits& limits) {
  return decode_image(read_file(file, limits.max_file_bytes), file.string(), limits);
}

/// True if the file was taken up.
bool append_image(const fs::path& file, const ImageLimits& limits, int label, LabeledImages& images,
                  const SkipCallback& on_skip) {
  try {
    const Image fitted = fit_to_input(read_image(file, limits), images.input);
    images.pixels.insert(images.pixels.end(), fitted.pixels.begin(), fitted.pixels.end());
    images.labels.push_back(label);
    return true;
  } catch (const Error& error) {
    if (on_skip) on_skip(file, error.what());
    return false;
  }
}

/// Grey images have three equal channels, and the luma of three equal values is that value: the
/// first channel is what fit_to_input would give for one channel.
void keep_first_channel(LabeledImages& images) {
  const std::size_t count = images.pixels.size() / 3;
  for (std::size_t i = 0; i < count; ++i) images.pixels[i] = images.pixels[3 * i];
  images.pixels.resize(count);
  images.input.channels = 1;
}

void require_enough_classes(const LabeledImages& images, const fs::path& folder,
                            std::size_t min_classes) {
  if (images.classes.size() >= min_classes) return;
  const std::string found =
      images.classes.empty()
          ? std::string("no sub-folder with readable images")
          : fmt::format("images of one class only ('{}')", images.classes.front());
  throw Error(
      ErrorCode::kBadInput,
      fmt::format("can't train on '{}': it has {}; make one sub-folder a class, at least {}, "
                  "with the images of the class in it",
                  folder.string(), found, min_classes));
}

}  // namespace

LabeledImages load_labeled_images(const fs::path& folder, const LoadOptions& options,
                                  const SkipCallback& on_skip, const ProgressCallback& progress) {
  LabeledImages images;
  images.input = options.input;
  if (options.choose_channels) images.input.channels = 3;
  const std::vector<ClassFolder> folders = find_class_folders(folder, options.level);
  if (options.choose_side)
    images.input.width = images.input.height = recommend_side(folders, options.limits);
  require_valid(images.input);

  std::size_t total = 0;
  for (const auto& entry : folders) total += entry.images.size();

  std::size_t done = 0;
  std::map<std::string, int> parents;
  for (const auto& [name, parent, path, files] : folders) {
    require_class_name(name);
    const int label = static_cast<int>(images.classes.size());
    images.classes.push_back(name);
    images.parents.push_back(parents.try_emplace(parent, parents.size()).first->second);
    std::size_t usable = 0;
    for (const auto& file : files) {
      if (append_image(file, options.limits, label, images, on_skip)) ++usable;
      if (progress && !progress(++done, total)) return images;
    }
    if (usable == 0) {
      if (on_skip) on_skip(path, "the folder has no readable image");
      images.classes.pop_back();
      images.parents.pop_back();
    } else if (usable < options.min_images) {
      throw Error(
          ErrorCode::kBadInput,
          fmt::format("can't train on class '{}' in '{}': it has {} readable image{}, and "
                      "{} are needed; add images or take the folder away",
                      name, folder.string(), usable, usable == 1 ? "" : "s", options.min_images));
    }
  }
  require_enough_classes(images, folder, options.min_classes);
  if (options.choose_channels && !has_color(images)) keep_first_channel(images);
  return images;
}

int recommend_side(std::span<const ClassFolder> folders, const ImageLimits& limits) {
  if (folders.size() <= kManyClasses) return kSide;
  std::vector<fs::path> files;
  for (const auto& entry : folders) {
    files.insert(files.end(), entry.images.begin(), entry.images.end());
  }
  std::size_t seen = 0;
  std::size_t detailed = 0;
  const std::size_t step = std::max<std::size_t>(1, files.size() / kLooks);
  for (std::size_t i = 0; i < files.size(); i += step) {
    try {
      const Image image = read_image(files[i], limits);
      ++seen;
      const bool is_large = std::max(image.width, image.height) >= kDetailedImage;
      if (is_large && is_colored(fit_to_input(image, InputSpec()).pixels)) ++detailed;
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): told when all images are read
    }
  }
  return 2 * detailed > seen ? kDetailedSide : kSide;
}

bool has_color(const LabeledImages& images) {
  if (images.input.channels != 3) return false;
  std::size_t colored_images = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (is_colored(images.image(i))) ++colored_images;
  }
  return colored_images * 20 >= images.size() && colored_images > 0;
}

}  // namespace simdb::training
