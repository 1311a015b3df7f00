#include "benchmarks/labeled_rows.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <random>
#include <span>

#include "core/random_order.h"
#include "simdb/encode_images.h"
#include "simdb/error.h"
#include "simdb/onnx_encoder.h"

namespace simdb::bench {
namespace {

namespace fs = std::filesystem;

void require_limited_classes(const std::vector<ClassFolder>& folders, const ClassLimits& limits,
                             const fs::path& tree) {
  for (const auto& [name, limit] : limits) {
    const bool found = std::any_of(folders.begin(), folders.end(),
                                   [&](const ClassFolder& entry) { return entry.name == name; });
    if (!found) {
      throw Error(ErrorCode::kBadInput, "can't limit class '" + name + "': " + tree.string() +
                                            " has no folder for it; check the name");
    }
  }
}

}  // namespace

std::pair<std::string, std::size_t> parse_limit(const std::string& text) {
  const std::size_t sign = text.rfind('=');
  if (sign != std::string::npos && sign > 0) {
    std::size_t count = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + sign + 1, end, count);
    if (error == std::errc() && stop == end && count > 0) return {text.substr(0, sign), count};
  }
  throw Error(ErrorCode::kUsage, "a limit is CLASS=N with N at least 1, not '" + text + "'");
}

LabeledRows encode_tree(const ImageEncoder& encoder, const fs::path& folder, ClassLevel level,
                        const ClassLimits& limits, std::uint64_t seed) {
  std::vector<ClassFolder> folders = find_class_folders(folder, level);
  require_limited_classes(folders, limits, folder);
  LabeledRows result(encoder.dimension());
  std::mt19937_64 random(seed);
  std::map<std::string, int> parents;
  std::vector<fs::path> paths;
  for (ClassFolder& entry : folders) {
    if (entry.images.empty()) continue;
    if (const auto limit = limits.find(entry.name); limit != limits.end()) {
      draw_to_front(std::span(entry.images), limit->second, random);
      entry.images.resize(std::min(limit->second, entry.images.size()));
    }
    const auto number = static_cast<int>(parents.size());
    result.parents.push_back(parents.try_emplace(entry.parent, number).first->second);
    result.labels.insert(result.labels.end(), entry.images.size(),
                         static_cast<int>(result.classes.size()));
    result.classes.push_back(entry.name);
    std::move(entry.images.begin(), entry.images.end(), std::back_inserter(paths));
  }
  if (paths.empty()) {
    throw Error(ErrorCode::kBadInput, "no images in sub-folders of " + folder.string());
  }
  result.rows = encode_paths(encoder, paths);
  return result;
}

EmbeddingBatch encode_paths(const ImageEncoder& encoder, const std::vector<fs::path>& paths) {
  EmbeddingBatch rows(encoder.dimension());
  encode_images(encoder, list_of(paths), [&](const EncodedRun& run) {
    if (!run.failures.empty()) throw Error(ErrorCode::kBadInput, run.failures.front().message);
    rows.append(run.embeddings);
    return true;
  });
  return rows;
}

std::vector<int> labels_in(const LabeledRows& rows, const std::vector<std::string>& classes) {
  std::map<std::string, int> numbers;
  for (const std::string& name : classes) {
    numbers.emplace(name, static_cast<int>(numbers.size()));
  }
  for (const std::string& name : rows.classes) {
    numbers.emplace(name, static_cast<int>(numbers.size()));
  }
  std::vector<int> labels;
  labels.reserve(rows.labels.size());
  for (const int label : rows.labels) {
    labels.push_back(numbers.at(rows.classes[static_cast<std::size_t>(label)]));
  }
  return labels;
}

std::shared_ptr<const ImageEncoder> open_encoder(const std::string& file) {
  if (file.empty()) throw Error(ErrorCode::kUsage, "name the encoder: --encoder FILE.onnx");
  return std::make_shared<OnnxEncoder>(read_model_file(file), file);
}

}  // namespace simdb::bench
