#include "index/faiss_file.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIDMap.h>
#include <faiss/impl/io.h>
#include <faiss/index_io.h>

#include <string>
#include <vector>

#include "core/file_io.h"
#include "index/faiss_guard_internal.h"
#include "simdb/embedding.h"

namespace simdb {
namespace {

using Row = decltype(faiss::Index::ntotal);

constexpr std::size_t kRowsAtOnce = 4096;

// What FAISS writes goes to the file at once: nothing of its size is held in memory.
class AtomicFileWriter final : public faiss::IOWriter {
 public:
  explicit AtomicFileWriter(AtomicFile& file) : file_(file) {}

  std::size_t operator()(const void* bytes, std::size_t size, std::size_t count) override {
    file_.write({static_cast<const std::byte*>(bytes), size * count});
    return count;
  }

 private:
  AtomicFile& file_;
};

// Gathers rows, since FAISS grows its arrays with each call.
class RowGatherer {
 public:
  RowGatherer(faiss::Index& index, std::size_t dimension) : index_(index), dimension_(dimension) {}

  void add(ItemId id, std::span<const float> row) {
    if (row.size() != dimension_) {
      throw Error(ErrorCode::kUsage, "can't write item " + std::to_string(to_number(id)) +
                                         " for FAISS: its row has " + std::to_string(row.size()) +
                                         " floats instead of " + std::to_string(dimension_));
    }
    ids_.push_back(static_cast<Row>(to_number(id)));
    rows_.insert(rows_.end(), row.begin(), row.end());
    if (ids_.size() == kRowsAtOnce) flush();
  }
  void flush() {
    if (ids_.empty()) return;
    index_.add_with_ids(static_cast<Row>(ids_.size()), rows_.data(), ids_.data());
    ids_.clear();
    rows_.clear();
  }

 private:
  faiss::Index& index_;
  std::size_t dimension_;
  std::vector<Row> ids_;
  std::vector<float> rows_;
};

}  // namespace

std::uint64_t write_faiss_file(const std::filesystem::path& path, std::size_t dimension,
                               const RowSource& source) {
  require_valid_dimension(dimension);
  AtomicFile file(path);  // first: a path that can't be written is told before the work
  return guard_faiss("write an index for FAISS", [&] {
    faiss::IndexFlatIP rows(static_cast<Row>(dimension));
    faiss::IndexIDMap index(&rows);
    RowGatherer gatherer(index, dimension);
    source([&](ItemId id, std::span<const float> row) {
      gatherer.add(id, row);
      return true;
    });
    gatherer.flush();
    AtomicFileWriter writer(file);
    faiss::write_index(&index, &writer);
    file.commit();
    return static_cast<std::uint64_t>(index.ntotal);
  });
}

}  // namespace simdb
