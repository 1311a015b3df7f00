#include "simdb/ingest.h"

#include "core/class_name.h"
#include "core/new_item.h"

namespace simdb {
namespace {

// An image whose class can't be stored fails before it is read.
ImageList with_class_names_checked(const ImageList& images,
                                   const std::function<std::string_view(std::size_t)>& class_of) {
  ImageList checked = images;
  checked.load = [&](std::size_t i) {
    try {
      require_class_name(class_of(i));
    } catch (const Error& e) {
      throw Error(e.code(), "can't add " + images.name(i) + ": " + e.what());
    }
    return images.load(i);
  };
  return checked;
}

}  // namespace

IngestReport ingest(Database& database, const ImageList& images,
                    const std::function<std::string_view(std::size_t)>& class_of,
                    const Committed& committed) {
  IngestReport report;
  encode_images(
      database.encoder(), with_class_names_checked(images, class_of), [&](EncodedRun& run) {
        std::vector<NewItem> items;
        items.reserve(run.images.size());
        for (std::size_t i = 0; i < run.images.size(); ++i) {
          items.push_back(new_item(class_of(run.indices[i]), run.images[i]));
        }
        const std::vector<AddedItem> added = database.gallery().add(items, run.embeddings);
        for (const AddedItem& item : added) ++(item.is_new ? report.added : report.existing);
        report.failures.insert(report.failures.end(), run.failures.begin(), run.failures.end());
        return committed(
            {.end = run.end, .indices = run.indices, .added = added, .failures = run.failures});
      });
  return report;
}

IngestReport ingest(Database& database, std::span<const LabeledPath> files,
                    const Committed& committed, const ImageLimits& limits) {
  return ingest(
      database, list_of(files, limits),
      [files](std::size_t i) -> std::string_view { return files[i].class_name; }, committed);
}

}  // namespace simdb
