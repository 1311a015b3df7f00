#include "database/faiss_export.h"

#include <gtest/gtest.h>

#include "core/file_io.h"
#include "database/embedded_gallery.h"
#include "index/faiss_file.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"
#include "tests/support/stores.h"
#include "tests/support/temporary_folder.h"

namespace simdb {
namespace {

// That FAISS reads such a file and finds the same neighbours is tested in tests/index.
TEST(FaissExportTest, WritesEveryEmbeddingUnderItsId) {
  const test::TemporaryFolder folder;
  EmbeddedGallery gallery(test::make_store(folder / "store", 32), folder.path());
  EXPECT_EQ(export_faiss(gallery, folder / "empty.faiss"), 0U);

  std::vector<NewItem> items;
  for (std::uint64_t number = 1; number <= 5; ++number) {
    items.push_back(test::numbered_item(number, "cat"));
  }
  const EmbeddingBatch embeddings = test::random_embeddings(5, 32, 1);
  gallery.add(items, embeddings);
  gallery.remove(std::vector{ItemId{2}});

  EXPECT_EQ(export_faiss(gallery, folder / "all.faiss"), 4U);
  write_faiss_file(folder / "expected.faiss", 32, [&](const RowVisitor& visit) {
    for (const std::size_t row : {0U, 2U, 3U, 4U}) visit(ItemId{row + 1}, embeddings.row(row));
  });
  EXPECT_EQ(read_file(folder / "all.faiss", 1 << 20),
            read_file(folder / "expected.faiss", 1 << 20));
  EXPECT_EQ(test::code_of([&] { export_faiss(gallery, "/nowhere/x"); }), ErrorCode::kIo);
}

}  // namespace
}  // namespace simdb
