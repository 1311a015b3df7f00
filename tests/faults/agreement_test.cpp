// Index and store after any sequence of changes: the same items, the same vectors bit for bit, and
// the neighbours that comparing with every item finds. The other fault tests end with this check.
#include <gtest/gtest.h>

#include "tests/faults/victim.h"
#include "tests/storage/raw_store.h"
#include "tests/support/embeddings.h"
#include "tests/support/fault_run.h"

namespace simdb::test {
namespace {

TEST(AgreementTest, IndexAndStoreAreEqual) {
  const std::uint64_t steps = amount(300, 2'000, 10'000);
  Victim victim;
  GalleryWork work(fault_run().seed);
  std::uint64_t checks = 0;
  for (std::uint64_t i = 0; i < steps;) {
    EmbeddedGallery gallery(Store::open(store_path(victim.path()), StoreMode::kReadWrite),
                            victim.path());
    for (std::uint64_t session = 1 + work.random()() % 200; session > 0 && i < steps; --session) {
      work.step(gallery, victim.expected);
      if (++i % 50 == 0) {
        ASSERT_EQ(check(gallery, victim.expected), "") << "after " << i << " steps";
        ++checks;
      }
    }
    if (victim.expected.items.size() > 8000) work.shrink(gallery, victim.expected, 500);
  }
  ASSERT_EQ(victim.look(), "");

  // The control: one vector in the store is replaced, by one of unit length.
  const ItemId id = victim.expected.items.begin()->first;
  {
    EmbeddedGallery gallery(Store::open(store_path(victim.path()), StoreMode::kReadWrite),
                            victim.path());
    gallery.reindex();
  }
  const EmbeddingBatch other = random_embeddings(1, 16, 12345);
  const auto bytes = std::as_bytes(other.row(0));
  RawStore(store_path(victim.path()))
      .put("vectors", big_endian(to_number(id)),
           {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  EXPECT_NE(victim.look(), "") << "a difference would not be noticed";
  if (HasFailure()) return;
  record({"F7",
          grouped(steps) + " random steps, " + grouped(victim.expected.acknowledged) + " items",
          "index = store bit for bit and all neighbours right in " + grouped(checks) + " checks",
          "one vector replaced: noticed"});
}

}  // namespace
}  // namespace simdb::test
