// Looks at a database that may be damaged:
//   database_probe DATABASE
// It says, a line each and at once:
//   read ok CONTENT ANSWERS     digests of all that is stored and of the answers to 100 queries
//   verify N                    how many problems verify found
//   write ok CONTENT ANSWERS    the same after opening for writing
// or, in place of what follows the first word, "error CODE MESSAGE".
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "simdb/digest.h"
#include "simdb/error.h"
#include "tests/support/embeddings.h"

namespace {

using namespace simdb;

void say(std::string line) {
  line += '\n';
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(9);
}

std::string digest_of(const std::string& text) {
  return to_hex(sha256(std::as_bytes(std::span(text))));
}

template <typename T>
std::string bits_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string content_of(const Gallery& gallery) {
  std::string all;
  gallery.for_each_item([&](const ItemRecord& record) {
    const ItemInfo& info = record.info;
    all += bits_of(record.id) + bits_of(record.added_ms) + info.class_name + '\0' + info.source +
           '\0' + to_hex(info.digest) + bits_of(info.width) + bits_of(info.height);
    const auto embedding = gallery.embedding(record.id);
    if (!embedding) {
      throw Error(ErrorCode::kCorruption,
                  "item " + std::to_string(to_number(record.id)) + " has no embedding");
    }
    for (const float value : embedding->values()) all += bits_of(value);
    for (const std::byte byte : gallery.thumbnail(record.id)) all += static_cast<char>(byte);
    return true;
  });
  gallery.for_each_embedding([&](ItemId id, std::span<const float> values) {
    all += bits_of(id);
    for (const float value : values) all += bits_of(value);
    return true;
  });
  for (const ClassCount& count : gallery.classes()) {
    all += count.name + '\0' + bits_of(count.items);
    all += bits_of(gallery.class_size(count.name));
  }
  return digest_of(all + bits_of(gallery.stats().items));
}

std::string answers_of(const EmbeddedGallery& gallery) {
  std::string all;
  const auto append = [&](const std::vector<Neighbor>& neighbors) {
    for (const Neighbor& neighbor : neighbors) {
      all += bits_of(neighbor.id) + bits_of(neighbor.similarity);
    }
  };
  const EmbeddingBatch queries = test::random_embeddings(100, gallery.dimension(), 7);
  for (std::size_t i = 0; i < queries.rows(); ++i) {
    append(gallery.search(queries.row(i), 10));
    if (i % 10 == 0) append(gallery.search(queries.row(i), 10, {.class_names = {"class 1"}}));
  }
  return digest_of(all);
}

void stage(const std::string& name, const std::function<std::string()>& work) {
  try {
    say(name + " " + work());
  } catch (const Error& error) {
    say(name + " error " + std::to_string(static_cast<int>(error.code())) + " " + error.what());
  }
}

std::string look(const std::filesystem::path& folder, StoreMode mode) {
  const EmbeddedGallery gallery(Store::open(store_path(folder), mode), folder);
  const std::string answers = answers_of(gallery);
  return "ok " + content_of(gallery) + " " + answers;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  stage("read", [&] { return look(folder, StoreMode::kReadOnly); });
  stage("verify", [&] {
    const EmbeddedGallery gallery(Store::open(store_path(folder), StoreMode::kReadOnly), folder);
    return std::to_string(gallery.verify().size());
  });
  stage("write", [&] { return look(folder, StoreMode::kReadWrite); });
}
