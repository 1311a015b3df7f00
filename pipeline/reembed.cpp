#include "pipeline/reembed.h"

#include <map>
#include <string>

#include "simdb/error.h"

namespace simdb {

ReembedReport embed_missing(Reembedding& database, const ImageEncoder& encoder,
                            const Originals& originals,
                            const std::function<bool(std::size_t done, std::size_t of)>& progress) {
  const auto other = database.other();
  if (!other || other->encoder_fingerprint != encoder.fingerprint()) {
    throw Error(ErrorCode::kUsage, "can't embed items: encoder " + encoder.fingerprint() +
                                       " is not the one that the database was given");
  }
  const std::vector<ItemId> items = database.missing();
  const ImageList images{
      .size = items.size(),
      .load =
          [&](std::size_t i) {
            const auto item = database.get(items[i]);
            if (!item) throw Error(ErrorCode::kNotFound, "the item is gone");  // can't be
            return SourceImage{.image = originals.load(*item)};
          },
      .name = [&](std::size_t i) { return "item " + std::to_string(to_number(items[i])); }};
  ReembedReport report{.complete = true};
  encode_images(encoder, images, [&](EncodedRun& run) {
    std::vector<ItemId> ids;
    ids.reserve(run.indices.size());
    for (const std::size_t index : run.indices) ids.push_back(items[index]);
    database.put(ids, run.embeddings);
    report.embedded += ids.size();
    for (ImageFailure& failure : run.failures) {
      report.lost.push_back({items[failure.index], failure.code, std::move(failure.message)});
    }
    report.complete = progress(run.end, items.size()) || run.end == items.size();
    return report.complete;
  });
  return report;
}

TwoGenerations read_generations(const Reembedding& database, const std::function<void()>& check) {
  const auto other = database.other();
  TwoGenerations both{EmbeddingBatch(database.dimension()),
                      EmbeddingBatch(other ? other->dimension : database.dimension())};
  std::map<std::string, int> labels;
  database.for_each_with_both([&](const std::string& class_name, std::span<const float> before,
                                  std::span<const float> after) {
    check();
    const auto [label, is_new] =
        labels.try_emplace(class_name, static_cast<int>(both.class_names.size()));
    if (is_new) both.class_names.push_back(class_name);
    both.labels.push_back(label->second);
    both.before.append_unit(before);
    both.after.append_unit(after);
  });
  return both;
}

}  // namespace simdb
