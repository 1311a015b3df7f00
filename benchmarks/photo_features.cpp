#include "benchmarks/photo_features.h"

#include <algorithm>
#include <sstream>
#include <thread>

#include "benchmarks/baseline_encoders.h"
#include "core/parallel_in_order.h"
#include "encoder/image/preprocess.h"
#include "encoder/model/onnx_model.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

using Raw = std::vector<std::vector<float>>;

Raw features_of(const FeatureSource& source, std::span<const Image> images, std::size_t threads) {
  Raw rows(images.size());
  if (source.encoder) {
    const EmbeddingBatch batch = source.encoder->encode(images);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].assign(batch.row(i).begin(), batch.row(i).end());
    }
    return rows;
  }
  parallel_for(images.size(), 1, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) rows[i] = baseline_features(source.name, images[i]);
  });
  return rows;
}

}  // namespace

FeatureSource encoder_source(const std::string& file) {
  const auto encoder = std::make_shared<OnnxEncoder>(read_model_file(file), file);
  FeatureSource source{std::filesystem::path(file).filename().string(), encoder, {}};
  const auto note = encoder->header().notes.find("nested");
  if (note == encoder->header().notes.end()) return source;
  std::string text = note->second;
  std::replace_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; }, ' ');
  std::istringstream numbers(text);
  for (std::size_t length = 0; numbers >> length;) {
    if (length > 0 && length < encoder->dimension()) source.lengths.push_back(length);
  }
  return source;
}

void append_features(EmbeddingBatch& rows, std::span<const float> raw) {
  if (squared_length(raw) > 0) {
    rows.append_normalized(raw);
  } else {
    std::vector<float> axis(rows.dimension());
    axis[0] = 1;
    rows.append_unit(axis);
  }
}

EmbeddingBatch prefix_of(const EmbeddingBatch& rows, std::size_t count) {
  if (count == 0 || count > rows.dimension()) {
    throw Error(ErrorCode::kUsage, "can't cut " + std::to_string(rows.dimension()) +
                                       " floats to their first " + std::to_string(count));
  }
  EmbeddingBatch cut(count);
  for (std::size_t i = 0; i < rows.rows(); ++i) append_features(cut, rows.row(i).first(count));
  return cut;
}

Image stored_at(const Image& image, int side) {
  const int square = std::min(image.width, image.height);
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t stride = static_cast<std::size_t>(image.width) * channels;
  const auto left = static_cast<std::size_t>((image.width - square) / 2) * channels;
  const auto top = static_cast<std::size_t>((image.height - square) / 2);
  if (image.pixels.size() != stride * static_cast<std::size_t>(image.height)) {
    throw Error(ErrorCode::kBadInput, "an image without all its pixels");
  }
  Image cut{square, square, image.channels, {}};
  for (std::size_t y = 0; y < static_cast<std::size_t>(square); ++y) {
    const auto row = image.pixels.begin() + static_cast<std::ptrdiff_t>((top + y) * stride + left);
    cut.pixels.insert(cut.pixels.end(), row,
                      row + static_cast<std::ptrdiff_t>(square) * image.channels);
  }
  if (square <= side) return cut;
  InputSpec spec;
  spec.width = side;
  spec.height = side;
  return fit_to_input(cut, spec);
}

std::vector<EmbeddingBatch> read_features(std::span<const std::filesystem::path> files,
                                          std::span<const FeatureSource> sources, int store_side,
                                          const std::function<void(std::size_t)>& progress) {
  constexpr std::size_t kFilesAtOnce = 64;  // decoded pictures are large
  const std::size_t threads = core_count();
  std::vector<EmbeddingBatch> all;
  std::size_t done = 0;
  parallel_in_order(
      files.size(), kFilesAtOnce, threads,
      [&](std::size_t first, std::size_t last) {
        std::vector<Image> images;
        for (const std::filesystem::path& file : files.subspan(first, last - first)) {
          images.push_back(load_image(file).image);
          if (store_side > 0) images.back() = stored_at(images.back(), store_side);
        }
        return images;
      },
      [&](const std::vector<std::vector<Image>>& parts) {
        for (const std::vector<Image>& images : parts) {
          for (std::size_t s = 0; s < sources.size(); ++s) {
            const Raw rows = features_of(sources[s], images, threads);
            if (s == all.size()) all.emplace_back(rows.front().size());
            for (const std::vector<float>& row : rows) append_features(all[s], row);
          }
          done += images.size();
          if (progress) progress(done);
        }
        return true;
      });
  return all;
}

}  // namespace simdb::bench
