#include "pipeline/formats/vector_files.h"

#include <array>
#include <bit>
#include <span>
#include <string>
#include <vector>

#include "core/file_io.h"
#include "pipeline/formats/npy.h"
#include "simdb/error.h"

namespace simdb {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the numbers are written as they lie in memory");

// A file of rows and the file of their ids.
class VectorFiles {
 public:
  explicit VectorFiles(const std::filesystem::path& file)
      : rows_(file), ids_file_(ids_path(file)) {}

  template <typename T>
  void append(std::span<const T> values) {
    rows_.write(std::as_bytes(values));
  }
  void append_id(ItemId id) { ids_.push_back(static_cast<std::int64_t>(to_number(id))); }

  std::uint64_t rows() const { return ids_.size(); }

  std::uint64_t commit() {
    const std::string header = npy_header("<i8", std::array{ids_.size()});
    ids_file_.write(std::as_bytes(std::span(header)));
    ids_file_.write(std::as_bytes(std::span(ids_)));
    ids_file_.commit();
    rows_.commit();
    return rows();
  }

 private:
  AtomicFile rows_;
  AtomicFile ids_file_;
  std::vector<std::int64_t> ids_;
};

}  // namespace

std::filesystem::path ids_path(const std::filesystem::path& file) {
  return file.string() + ".ids.npy";
}

std::uint64_t write_npy(const Gallery& gallery, const std::filesystem::path& file,
                        const ItemSelection& selection, const std::function<void()>& check) {
  const std::uint64_t items = count_selected(gallery, selection);
  VectorFiles files(file);
  const std::string header =
      npy_header("<f4", std::array<std::size_t, 2>{items, gallery.dimension()});
  files.append(std::span<const char>(header));
  for_each_row(gallery, selection, [&](ItemId id, std::span<const float> row) {
    check();
    files.append_id(id);
    files.append(row);
    return true;
  });
  // The header was written first, so that the rows need not fit into memory.
  if (files.rows() != items) {
    throw Error(ErrorCode::kCorruption, "can't write " + file.string() + ": the database counts " +
                                            std::to_string(items) + " items, but has " +
                                            std::to_string(files.rows()) +
                                            " vectors; run 'simdb verify'");
  }
  return files.commit();
}

std::uint64_t write_fvecs(const Gallery& gallery, const std::filesystem::path& file,
                          const ItemSelection& selection, const std::function<void()>& check) {
  VectorFiles files(file);
  for_each_row(gallery, selection, [&](ItemId id, std::span<const float> row) {
    const auto dimension = static_cast<std::int32_t>(row.size());
    check();
    files.append_id(id);
    files.append(std::span(&dimension, 1));
    files.append(row);
    return true;
  });
  return files.commit();
}

}  // namespace simdb
