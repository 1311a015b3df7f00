#include "encoder/training/labeled_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "core/class_name.h"
#include "core/file_io.h"
#include "core/parallel_in_order.h"
#include "simdb/error.h"

namespace simdb::training {
namespace {

namespace fs = std::filesystem;

// Of a network's input, in pixels.
constexpr int kSide = 28;
constexpr int kDetailedSide = 48;
constexpr int kDetailedImage = 48;
constexpr std::size_t kManyClasses = 20;
constexpr std::size_t kLooks = 64;
constexpr std::size_t kFilesAtOnce = 64;

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

/// A file of the folders, and what became of it.
struct ReadFile {
  const fs::path* file = nullptr;
  std::size_t folder = 0;
  std::vector<std::uint8_t> pixels;  ///< fitted; empty: it can't be used
  std::string failure;
};

void read(ReadFile& entry, const InputSpec& input, const ImageLimits& limits) {
  try {
    entry.pixels = fit_to_input(read_image(*entry.file, limits), input).pixels;
  } catch (const Error& error) {
    entry.failure = error.what();
  }
}

/// Takes the files up in their order, and with the last file of a folder its class.
class Collector {
 public:
  Collector(LabeledImages& images, std::span<const ClassFolder> folders, const fs::path& root,
            const LoadOptions& options, const SkipCallback& on_skip)
      : images_(images), folders_(folders), root_(root), options_(options), on_skip_(on_skip) {}

  void take(ReadFile& entry) {
    if (!entry.failure.empty()) {
      if (on_skip_) on_skip_(*entry.file, entry.failure);
      return;
    }
    begin(entry.folder);
    images_.pixels.insert(images_.pixels.end(), entry.pixels.begin(), entry.pixels.end());
    images_.labels.push_back(static_cast<int>(images_.classes.size()) - 1);
    ++usable_;
    entry.pixels = {};
  }

  /// After the last file of a folder, or for one without any.
  void finish(std::size_t folder) {
    const auto& [name, parent, path, files] = folders_[folder];
    if (usable_ == 0) {
      if (on_skip_) on_skip_(path, "the folder has no readable image");
      return;
    }
    if (usable_ < options_.min_images) {
      throw Error(
          ErrorCode::kBadInput,
          fmt::format("can't train on class '{}' in '{}': it has {} readable image{}, and "
                      "{} are needed; add images or take the folder away",
                      name, root_.string(), usable_, usable_ == 1 ? "" : "s", options_.min_images));
    }
    usable_ = 0;
  }

 private:
  /// The class of the folder, with its first image.
  void begin(std::size_t folder) {
    if (usable_ > 0) return;
    images_.classes.push_back(folders_[folder].name);
    images_.parents.push_back(
        parents_.try_emplace(folders_[folder].parent, parents_.size()).first->second);
  }

  LabeledImages& images_;
  std::span<const ClassFolder> folders_;
  const fs::path& root_;
  const LoadOptions& options_;
  const SkipCallback& on_skip_;
  std::map<std::string, int> parents_;
  std::size_t usable_ = 0;  ///< of the folder that is being read
};

/// Grey images have three equal channels, and the luma of three equal values is that value: the
/// first channel is what fit_to_input would give for one channel.
void keep_first_channel(LabeledImages& images) {
  const std::size_t count = images.pixels.size() / 3;
  for (std::size_t i = 0; i < count; ++i) images.pixels[i] = images.pixels[3 * i];
  images.pixels.resize(count);
  images.input.channels = 1;
}

/// Before hours of reading end in a machine without memory.
void require_room(std::size_t count, const InputSpec& input, std::uint64_t max_bytes,
                  const fs::path& folder) {
  constexpr double kMega = 1e6;
  const std::uint64_t bytes = std::uint64_t{count} * input.values();
  if (max_bytes == 0 || bytes <= max_bytes) return;
  throw Error(
      ErrorCode::kBadInput,
      fmt::format("the {} images in '{}' take {:.0f} MB of memory at {} x {} pixels, and {:.0f} "
                  "MB are free; choose a smaller --size, or train on a part of them",
                  count, folder.string(), static_cast<double>(bytes) / kMega, input.width,
                  input.height, static_cast<double>(max_bytes) / kMega));
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
      fmt::format("can't train on '{}': it has {}; make one sub-folder per class, at least {}, "
                  "with the images of the class in it",
                  folder.string(), found, min_classes));
}

}  // namespace

LabeledImages load_labeled_images(const fs::path& folder, const LoadOptions& options,
                                  const SkipCallback& on_skip, const ProgressCallback& progress) {
  LabeledImages images;
  images.input = options.input;
  if (options.choose_channels) images.input.channels = 3;
  const std::vector<ClassFolder> folders = find_class_folders(folder, options.level, on_skip);
  if (options.choose_side || options.choose_resize) {
    const bool detailed = are_detailed(folders, options.limits);
    if (options.choose_side) {
      images.input.width = images.input.height = detailed ? kDetailedSide : kSide;
    }
    if (options.choose_resize) {
      images.input.resize = detailed ? ResizeRule::kTrim : ResizeRule::kFit;
    }
  }
  require_valid(images.input);

  std::vector<ReadFile> files;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    require_class_name(folders[i].name);
    for (const auto& file : folders[i].images) files.push_back({&file, i, {}, {}});
  }
  require_room(files.size(), images.input, options.max_bytes, folder);
  images.pixels.reserve(files.size() * images.input.values());

  Collector collector(images, folders, folder, options, on_skip);
  std::size_t finished = 0;  // folders
  std::size_t done = 0;      // files
  const std::size_t threads = options.threads > 0 ? options.threads : core_count();
  parallel_in_order(
      files.size(), kFilesAtOnce, threads,
      [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) read(files[i], images.input, options.limits);
        return last;
      },
      [&](const std::vector<std::size_t>& ends) {
        while (done < ends.back()) {
          for (; finished < files[done].folder; ++finished) collector.finish(finished);
          collector.take(files[done]);
          ++done;
          if (progress && !progress(done, files.size())) return false;
        }
        return true;
      });
  if (done < files.size()) return images;
  for (; finished < folders.size(); ++finished) collector.finish(finished);
  require_enough_classes(images, folder, options.min_classes);
  if (options.choose_channels && !has_color(images)) keep_first_channel(images);
  return images;
}

bool are_detailed(std::span<const ClassFolder> folders, const ImageLimits& limits) {
  if (folders.size() <= kManyClasses) return false;
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
  return 2 * detailed > seen;
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
