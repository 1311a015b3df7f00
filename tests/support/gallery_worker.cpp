// Changes a gallery and saves its index, over and over, in a process of its own until it is killed:
//   gallery_worker DATABASE
// It says "saved" after each time.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <vector>

#include "database/embedded_gallery.h"
#include "database/layout.h"
#include "simdb/error.h"
#include "tests/support/embeddings.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  using namespace simdb;
  try {
    const std::filesystem::path folder = argv[1];
    EmbeddedGallery gallery(Store::open(store_path(folder), StoreMode::kReadWrite), folder);
    std::vector<NewItem> items(20);
    for (NewItem& item : items) item.info.class_name = "cat";
    for (std::uint64_t seed = 1;; ++seed) {
      const auto added = gallery.add(items, test::random_embeddings(items.size(), 16, seed));
      gallery.update(std::vector{added[7].id}, {.class_name = "dog", .set = {{"seed", 1.0}}});
      gallery.remove(std::vector{added[3].id, added[5].id});
      gallery.reindex();
      constexpr std::string_view kSaved = "saved\n";
      if (::write(STDOUT_FILENO, kSaved.data(), kSaved.size()) < 0) return 1;
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
