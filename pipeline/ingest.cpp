#include "pipeline/ingest.h"

#include <set>
#include <string>
#include <utility>

#include "core/class_name.h"

namespace simdb {
namespace {

NewItem to_item(SourceImage&& source, const std::string& class_name) {
  NewItem item;
  item.info = {.class_name = class_name,
               .source = std::move(source.source),
               .digest = source.digest,
               .width = static_cast<std::uint32_t>(source.image.width),
               .height = static_cast<std::uint32_t>(source.image.height)};
  item.thumbnail = std::move(source.thumbnail);
  return item;
}

// Splits off the files whose class can't be stored, so that the pipeline never meets them.
std::vector<std::size_t> usable(std::span<const LabeledPath> files,
                                std::vector<FileFailure>& failures) {
  std::set<std::string, std::less<>> known;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const LabeledPath& file = files[i];
    try {
      if (!known.contains(file.class_name)) require_class_name(file.class_name);
      known.insert(file.class_name);
      indices.push_back(i);
    } catch (const Error& e) {
      failures.push_back(
          {file.path, e.code(), "can't add " + file.path.string() + ": " + e.what()});
    }
  }
  return indices;
}

}  // namespace

IngestReport ingest(Database& database, std::span<const LabeledPath> files,
                    const std::function<bool(const IngestedRun&)>& committed,
                    const ImageLimits& limits) {
  IngestReport report;
  const std::vector<std::size_t> indices = usable(files, report.failures);
  if (!report.failures.empty()) committed({.failures = report.failures});
  std::vector<std::filesystem::path> paths;
  paths.reserve(indices.size());
  for (const std::size_t index : indices) paths.push_back(files[index].path);

  encode_files(
      database.encoder(), paths,
      [&](EncodedFiles& run) {
        std::vector<NewItem> items;
        items.reserve(run.images.size());
        for (std::size_t i = 0; i < run.images.size(); ++i) {
          run.indices[i] = indices[run.indices[i]];
          items.push_back(to_item(std::move(run.images[i]), files[run.indices[i]].class_name));
        }
        const std::vector<AddedItem> added = database.gallery().add(items, run.embeddings);
        for (const AddedItem& item : added) ++(item.is_new ? report.added : report.existing);
        report.failures.insert(report.failures.end(), run.failures.begin(), run.failures.end());
        return committed(
            {.end = run.end, .indices = run.indices, .added = added, .failures = run.failures});
      },
      limits);
  return report;
}

}  // namespace simdb
