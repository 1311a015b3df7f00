#include "simdb/encode_images.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <system_error>
#include <utility>

#include "core/file_io.h"
#include "core/parallel_in_order.h"

namespace simdb {
namespace {

constexpr std::size_t kImagesAtOnce = 64;
// Decoded pixels that a thread gathers before it encodes them and lets go of them: 64 pictures of a
// camera would take 5 GB.
constexpr std::size_t kPixelBytesAtOnce = 64UL << 20;

// Encodes the images of `batch` and lets go of their pixels; where one of them has no features,
// each on its own, so that only that one fails.
void encode_into(const ImageEncoder& encoder, const ImageList& list, EncodedRun& batch) {
  std::vector<Image> pixels;
  pixels.reserve(batch.images.size());
  for (SourceImage& source : batch.images) {
    pixels.push_back(std::move(source.image));
    source.image = {pixels.back().width, pixels.back().height, pixels.back().channels, {}};
  }
  try {
    batch.embeddings = encoder.encode(pixels);
  } catch (const Error&) {
    EncodedRun good(encoder.dimension());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const std::size_t index = batch.indices[i];
      try {
        good.embeddings.append(encoder.encode(std::span(pixels).subspan(i, 1)));
        good.images.push_back(std::move(batch.images[i]));
        good.indices.push_back(index);
      } catch (const Error& e) {
        batch.failures.push_back(
            {index, e.code(), "can't use " + list.name(index) + ": " + e.what()});
      }
    }
    batch.images = std::move(good.images);
    batch.indices = std::move(good.indices);
    batch.embeddings = std::move(good.embeddings);
  }
}

void append(EncodedRun& run, EncodedRun&& batch) {
  run.end = batch.end;
  run.indices.insert(run.indices.end(), batch.indices.begin(), batch.indices.end());
  std::move(batch.images.begin(), batch.images.end(), std::back_inserter(run.images));
  std::move(batch.failures.begin(), batch.failures.end(), std::back_inserter(run.failures));
  run.embeddings.append(batch.embeddings);
}

// Puts an image that is known by its digest into the run.
bool take_known(const ImageList& list, const KnownEmbedding& known, std::size_t index,
                EncodedRun& run) {
  if (!known || !list.identify) return false;
  try {
    SourceImage image = list.identify(index);
    const std::optional<Embedding> embedding = known(image);
    if (!embedding) return false;
    run.embeddings.append(*embedding);
    run.images.push_back(std::move(image));
    run.indices.push_back(index);
    return true;
  } catch (const Error&) {
    return false;  // loading it will tell
  }
}

// One run of two parts of it.
EncodedRun merged(EncodedRun&& a, EncodedRun&& b) {
  if (b.indices.empty()) return std::move(a);
  EncodedRun run(a.embeddings.dimension());
  run.end = std::max(a.end, b.end);
  run.failures = std::move(a.failures);
  for (std::size_t i = 0, j = 0; i < a.indices.size() || j < b.indices.size();) {
    const bool from_a =
        j == b.indices.size() || (i < a.indices.size() && a.indices[i] < b.indices[j]);
    EncodedRun& from = from_a ? a : b;
    const std::size_t at = from_a ? i++ : j++;
    run.indices.push_back(from.indices[at]);
    run.images.push_back(std::move(from.images[at]));
    run.embeddings.append_unit(from.embeddings.row(at));
  }
  return run;
}

// Loads images for several threads. One that can't be opened because others hold the last file
// descriptors is tried again when none is being loaded, so that an answer does not depend on how
// many threads there are.
class Loader {
 public:
  explicit Loader(const ImageList& list) : list_(list) {}

  SourceImage load(std::size_t index) {
    {
      const std::shared_lock beside_others(mutex_);
      try {
        return list_.load(index);
      } catch (const Error& e) {
        if (e.code() != ErrorCode::kIo) throw;
      }
    }
    const std::unique_lock alone(mutex_);
    return list_.load(index);
  }

 private:
  const ImageList& list_;
  std::shared_mutex mutex_;
};

EncodedRun process(const ImageEncoder& encoder, const ImageList& list, Loader& loader,
                   const KnownEmbedding& known, std::size_t first, std::size_t last) {
  EncodedRun done(encoder.dimension());
  EncodedRun without_encoding(encoder.dimension());
  EncodedRun batch(encoder.dimension());
  std::size_t pixel_bytes = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (!take_known(list, known, i, without_encoding)) {
      try {
        batch.images.push_back(loader.load(i));
        batch.indices.push_back(i);
        pixel_bytes += batch.images.back().image.pixels.size();
      } catch (const Error& e) {
        batch.failures.push_back({i, e.code(), e.what()});
      }
    }
    batch.end = i + 1;
    if (pixel_bytes < kPixelBytesAtOnce && batch.end != last) continue;
    encode_into(encoder, list, batch);
    append(done, std::move(batch));
    batch = EncodedRun(encoder.dimension());
    pixel_bytes = 0;
  }
  return merged(std::move(done), std::move(without_encoding));
}

std::optional<std::vector<std::byte>> bytes_of(const std::filesystem::path& file,
                                               std::uint64_t max) {
  std::error_code unknown;  // reading it will tell
  const std::uint64_t size = std::filesystem::file_size(file, unknown);
  if (!unknown && size > max) return std::nullopt;
  return read_file(file, max);
}

}  // namespace

ImageList list_of(std::span<const std::filesystem::path> files, const ImageLimits& limits) {
  return {files.size(), [files, limits](std::size_t i) { return load_image(files[i], limits); },
          [files](std::size_t i) { return files[i].string(); },
          [files, limits](std::size_t i) { return identify_image(files[i], limits); },
          [files](std::size_t i, std::uint64_t max) { return bytes_of(files[i], max); }};
}

ImageList list_of(std::span<const EncodedImage> images, const ImageLimits& limits) {
  return {images.size(),
          [images, limits](std::size_t i) {
            return source_image(images[i].bytes, images[i].name, limits);
          },
          [images](std::size_t i) { return images[i].name; },
          [images](std::size_t i) {
            return SourceImage{.source = images[i].name, .digest = sha256(images[i].bytes)};
          },
          [images](std::size_t i, std::uint64_t max) {
            const std::span<const std::byte> bytes = images[i].bytes;
            return bytes.size() > max ? std::nullopt
                                      : std::optional(std::vector(bytes.begin(), bytes.end()));
          }};
}

ImageList list_of(std::span<const Image> images) {
  return {images.size(), [images](std::size_t i) { return source_image(images[i]); },
          [](std::size_t i) { return "image " + std::to_string(i); }};
}

void encode_images(const ImageEncoder& encoder, const ImageList& images,
                   const std::function<bool(EncodedRun&)>& consume, const KnownEmbedding& known) {
  Loader loader(images);
  parallel_in_order(
      images.size, kImagesAtOnce, core_count(),
      [&](std::size_t first, std::size_t last) {
        return process(encoder, images, loader, known, first, last);
      },
      [&](std::vector<EncodedRun>&& parts) {
        EncodedRun run = std::move(parts.front());
        for (EncodedRun& part : std::span(parts).subspan(1)) append(run, std::move(part));
        return consume(run);
      });
}

}  // namespace simdb
