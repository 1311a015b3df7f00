#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "database/copy_gallery.h"
#include "simdb/error.h"
#include "tests/support/embeddings.h"
#include "tests/support/stores.h"

namespace simdb::test {

/// So many items, an image in each `image_every`-th, with holes among their ids, keys, fields,
/// settings and images.
inline void fill_with_holes(Gallery& gallery, std::uint64_t count, std::uint64_t image_every) {
  std::vector<NewItem> items;
  for (std::uint64_t i = 1; i <= count; ++i) {
    NewItem item = i % image_every == 0 ? item_with_image(i, "a") : numbered_item(i, "b");
    item.info.metadata = {{"n", static_cast<double>(i % 7)}};
    if (i % 4 == 0) item.info.key = "k" + std::to_string(i);
    items.push_back(item);
  }
  gallery.add(items, corner_embeddings(items.size(), 1));
  gallery.remove(ids_from(20, 15));
  gallery.remove(std::vector{ItemId{count}});
  gallery.update(std::vector{ItemId{1}, ItemId{7}}, {.class_name = "c"});
  gallery.set_setting("vote", "k=3");
}

/// Stops the copy at its n-th step.
inline CopyOptions stopping_at(int step) {
  return {.check = [left = step]() mutable {
    if (left-- == 0) throw Error(ErrorCode::kIo, "stopped");
  }};
}

}  // namespace simdb::test
