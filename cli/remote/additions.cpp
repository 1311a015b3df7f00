#include "cli/remote/additions.h"

#include <nlohmann/json.hpp>

#include "cli/remote/read_answers.h"
#include "pipeline/formats/metadata_json.h"

namespace simdb::cli {

Remote::Target addition_target(const ImageLabel& label, const std::string& on_duplicate) {
  require_label(label);
  Remote::Target target("/v1/items");
  target.with("class", label.class_name);
  if (!label.key.empty()) target.with("key", label.key);
  for (const auto& [name, value] : label.metadata) {
    target.with("meta", name + "=" + to_json(value).dump());
  }
  return target.with("on-duplicate", on_duplicate);
}

SentAdditions::SentAdditions(std::span<const SentImage> sent) {
  for (const SentImage& image : sent) {
    end_ = image.index + 1;
    if (image.failure) {
      failures_.push_back(*image.failure);
      continue;
    }
    Addition addition = addition_from(parse_answer(image.answer));
    if (addition.duplicate) {
      addition.duplicate->index = image.index;
      duplicates_.push_back(*addition.duplicate);
    }
    if (addition.item.id == ItemId{}) continue;
    indices_.push_back(image.index);
    added_.push_back(addition.item);
  }
}

}  // namespace simdb::cli
