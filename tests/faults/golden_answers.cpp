#include "tests/faults/golden_answers.h"

#include <cstdio>
#include <set>
#include <sstream>
#include <utility>

#include "simdb/digest.h"
#include "tests/support/embeddings.h"

namespace simdb::test {
namespace {

constexpr std::size_t kQueries = 24;
constexpr std::size_t kNeighbors = 7;

// Nine digits tell a float exactly.
std::string digits(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
  return text;
}

std::string numbers(std::span<const float> values) {
  std::string text;
  for (const float value : values) text += " " + digits(value);
  return text;
}

std::string hits(const std::vector<Neighbor>& neighbors) {
  std::string text;
  for (const Neighbor& neighbor : neighbors) {
    text += " " + std::to_string(to_number(neighbor.id)) + ":" + digits(neighbor.similarity);
  }
  return text + "\n";
}

std::string text_of(const MetadataValue& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", std::get<double>(value));
  return text;
}

// What is kept of items since version 2 of the store; nothing of an item of version 1.
std::string life_of(const Gallery& gallery, const ItemRecord& record) {
  std::string text;
  if (record.changed_ms != record.added_ms) {
    text += "  changed " + std::to_string(record.changed_ms) + "\n";
  }
  if (const std::string& key = record.info.key; !key.empty()) {
    const auto found = gallery.find_key(key);
    text += "  key " + key + (found == record.id ? "" : ", which does not lead here") + "\n";
  }
  for (const auto& [name, value] : record.info.metadata) {
    text += "  " + name + " = " + text_of(value) + "\n";
  }
  return text;
}

// What the values of the metadata find.
std::string metadata_answers(const Gallery& gallery, const EmbeddingBatch& queries) {
  std::set<std::pair<std::string, MetadataValue>> fields;
  gallery.for_each_item([&](const ItemRecord& record) {
    fields.insert(record.info.metadata.begin(), record.info.metadata.end());
    return true;
  });
  std::string all;
  std::size_t query = 0;
  for (const auto& [name, value] : fields) {
    for (const auto& [sign, comparison] :
         {std::pair{"=", Comparison::kEqual}, {"<", Comparison::kLess}}) {
      const auto hits_of = gallery.search(queries.row(query++ % queries.rows()), kNeighbors,
                                          {.where = {{name, comparison, value}}});
      all += "where " + name + " " + sign + " " + text_of(value) + ":" + hits(hits_of);
    }
    for (const MetadataCount& count : gallery.count_by(name)) {
      if (count.value == value) all += "  items " + std::to_string(count.items) + "\n";
    }
  }
  return all;
}

}  // namespace

std::string golden_answers(const Gallery& gallery) {
  std::string all = "encoder " + gallery.encoder_fingerprint() + "\nitems " +
                    std::to_string(gallery.stats().items) + "\n";
  for (const ClassCount& count : gallery.classes()) {
    all += "class " + std::to_string(count.items) + " " + count.name + "\n";
  }
  gallery.for_each_item([&](const ItemRecord& record) {
    const ItemInfo& info = record.info;
    const std::string id = std::to_string(to_number(record.id));
    const std::vector<std::byte> thumbnail = gallery.thumbnail(record.id);
    const std::vector<std::byte> image = gallery.image(info.digest);  // since version 3
    all += "item " + id + " [" + info.class_name + "] " + info.source + "\n  added " +
           std::to_string(record.added_ms) + ", " + std::to_string(info.width) + " x " +
           std::to_string(info.height) + ", file " + to_hex(info.digest) + ", thumbnail " +
           (thumbnail.empty() ? "none" : to_hex(sha256(thumbnail))) +
           (image.empty() ? "" : ", kept image " + to_hex(sha256(image))) + "\n" +
           life_of(gallery, record) + " ";
    const auto embedding = gallery.embedding(record.id);
    all += (embedding ? numbers(embedding->values()) : " none") + "\n";
    return true;
  });
  const EmbeddingBatch queries = corner_embeddings(kQueries, 99);
  const std::vector<ClassCount> classes = gallery.classes();
  for (std::size_t i = 0; i < kQueries; ++i) {
    all += "query " + std::to_string(i) + ":" + hits(gallery.search(queries.row(i), kNeighbors));
    if (classes.empty()) continue;
    const std::string& name = classes[i % classes.size()].name;
    all += "query " + std::to_string(i) + " in [" + name +
           "]:" + hits(gallery.search(queries.row(i), kNeighbors, {.class_names = {name}}));
  }
  return all + metadata_answers(gallery, queries);
}

std::string first_difference(const std::string& expected, const std::string& seen) {
  std::istringstream left(expected);
  std::istringstream right(seen);
  std::string wanted;
  std::string found;
  while (true) {
    const bool more = static_cast<bool>(std::getline(left, wanted));
    if (more != static_cast<bool>(std::getline(right, found)) || (more && wanted != found)) {
      return "expected '" + wanted + "', saw '" + found + "'";
    }
    if (!more) return "";
  }
}

}  // namespace simdb::test
