// In what a copy of a gallery differs.
#include <algorithm>
#include <string>
#include <vector>

#include "core/item_update.h"
#include "database/copy_gallery.h"

namespace simdb {
namespace {

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kItemsAtOnce = 1024;
constexpr std::uint64_t kQueries = 1000;
constexpr std::size_t kNeighbors = 10;

class CopyComparison {
 public:
  CopyComparison(const Gallery& original, const Gallery& copy, const CopyOptions& options)
      : original_(original), copy_(copy), options_(options), queries_(original.dimension()) {}

  std::vector<std::string> run() {
    if (original_.encoder_fingerprint() != copy_.encoder_fingerprint() ||
        original_.dimension() != copy_.dimension()) {
      return {"its encoder is another one"};
    }
    expect(original_.encoder_model() == copy_.encoder_model(), "the encoder's model differs");
    expect(original_.settings() == copy_.settings(), "the settings differ");
    const std::uint64_t items = original_.stats().items;
    expect(copy_.stats().items == items, "the number of items differs");
    expect(original_.classes() == copy_.classes(), "the classes differ");
    if (options_.with_images) {
      expect(original_.kept_images() == copy_.kept_images(),
             "the image files that it keeps differ");
    }
    const std::uint64_t step = std::max<std::uint64_t>(1, items / kQueries);
    std::uint64_t position = 0;
    ItemId last{};
    while (!is_full()) {
      options_.check();
      const std::vector<ItemRecord> page = original_.items_after(last, kItemsAtOnce);
      if (page.empty()) break;
      last = page.back().id;
      compare(page, step, position);
    }
    expect(copy_.items_after(last, 1).empty(), "it has items that the original has not");
    compare_answers();
    return std::move(problems_);
  }

 private:
  bool is_full() const { return problems_.size() >= kMostProblems; }
  void expect(bool is_same, const std::string& what) {
    if (!is_same && !is_full()) problems_.push_back(what);
  }

  void compare(const std::vector<ItemRecord>& page, std::uint64_t step, std::uint64_t& position) {
    const std::vector<ItemId> ids = ids_of(page);
    const auto records = copy_.get_many(ids);
    const auto embeddings = original_.embeddings(ids);
    const auto copied = copy_.embeddings(ids);
    const auto thumbnails = original_.thumbnails(ids);
    const auto copied_thumbnails = copy_.thumbnails(ids);
    for (std::size_t i = 0; i < page.size(); ++i) {
      const std::string item = "item " + std::to_string(to_number(ids[i]));
      expect(records[i] == page[i], item + " has another record, or none");
      expect(embeddings[i] == copied[i], item + " has another embedding");
      expect(thumbnails[i] == copied_thumbnails[i], item + " has another thumbnail");
      const Sha256& digest = page[i].info.digest;
      if (options_.with_images) {
        expect(original_.image_size(digest) == copy_.image_size(digest),
               item + " has another image file");
      }
      const auto& embedding = embeddings[i];
      if (position++ % step == 0 && queries_.rows() < kQueries && embedding) {
        queries_.append(*embedding);
      }
    }
  }

  void compare_answers() {
    for (std::size_t i = 0; i < queries_.rows() && !is_full(); ++i) {
      options_.check();
      expect(original_.search(queries_.row(i), kNeighbors) ==
                 copy_.search(queries_.row(i), kNeighbors),
             "a query has another answer");
    }
  }

  const Gallery& original_;
  const Gallery& copy_;
  const CopyOptions& options_;
  EmbeddingBatch queries_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> differences_of_copy(const Gallery& original, const Gallery& copy,
                                             const CopyOptions& options) {
  return CopyComparison(original, copy, options).run();
}

}  // namespace simdb
