#include "pipeline/held_out.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "simdb/error.h"

namespace simdb {

HeldOut read_held_out(const Database& database, const ImageList& images,
                      const std::function<std::string(std::size_t)>& class_of,
                      const std::function<void(const EncodedRun&)>& consume) {
  const Gallery& gallery = database.gallery();
  HeldOut held_out(gallery.dimension());
  encode_images(database.encoder(), images, [&](EncodedRun& run) {
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      std::string name = class_of(run.indices[i]);
      if (!gallery.find_digest(run.images[i].digest).empty()) {
        ++held_out.added_too;
      } else if (gallery.class_size(name) == 0) {
        ++held_out.of_no_class;
      } else {
        held_out.images.embeddings.append_unit(run.embeddings.row(i));
        held_out.images.class_names.push_back(std::move(name));
      }
    }
    consume(run);
    return true;
  });
  return held_out;
}

std::vector<std::string> left_out_of(const HeldOut& held_out) {
  const auto left_out = [](std::size_t count, std::string_view why) {
    return fmt::format("left out {} {} {}", count, count == 1 ? "image" : "images", why);
  };
  std::vector<std::string> reasons;
  if (held_out.added_too > 0) {
    reasons.push_back(left_out(held_out.added_too, "that the database has as items"));
  }
  if (held_out.of_no_class > 0) {
    reasons.push_back(left_out(held_out.of_no_class, "of classes that the database does not have"));
  }
  return reasons;
}

void require_images(const HeldOut& held_out) {
  if (!held_out.images.class_names.empty()) return;
  throw Error(ErrorCode::kBadInput, "none of the held-out images could be used");
}

}  // namespace simdb
