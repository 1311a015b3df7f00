#include "database/faiss_export.h"

#include "index/faiss_file.h"

namespace simdb {

std::uint64_t export_faiss(const Gallery& gallery, const std::filesystem::path& path) {
  return write_faiss_file(path, gallery.stats().dimension,
                          [&](const RowVisitor& visit) { gallery.for_each_embedding(visit); });
}

}  // namespace simdb
