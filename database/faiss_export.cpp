#include "database/faiss_export.h"

#include "index/faiss_file.h"

namespace simdb {

std::uint64_t export_faiss(const Gallery& gallery, const std::filesystem::path& path,
                           const ItemSelection& selection, const std::function<void()>& check) {
  return write_faiss_file(path, gallery.dimension(), [&](const RowVisitor& visit) {
    for_each_row(gallery, selection, [&](ItemId id, std::span<const float> row) {
      check();
      return visit(id, row);
    });
  });
}

}  // namespace simdb
