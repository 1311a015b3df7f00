#include <fmt/format.h>
#include <simdjson.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "database/item_selection.h"
#include "pipeline/analysis_json.h"
#include "pipeline/formats/json_text.h"
#include "pipeline/thumbnail_traits.h"
#include "server/analysis_replies.h"
#include "server/api_internal.h"
#include "server/parameters.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostVoters = 1000;

std::string number_or_null(const std::optional<float>& value) {
  return value ? fmt::format("{}", *value) : "null";
}

// Names of classes may hold anything but line breaks.
std::string joined(const std::vector<std::string>& class_names) {
  return fmt::format("{}", fmt::join(class_names, "\n"));
}

Analysis analyse_duplicates(const Gallery& gallery, const DuplicateOptions& options) {
  const DuplicateReport report = find_duplicates(gallery, options);
  Analysis made;
  for (const DuplicateGroup& group : report.groups) {
    made.entries.push_back(duplicate_group_json(group));
  }
  const auto [items, conflicts] = count_of(report);
  made.text = fmt::format(
      R"("total":{},"items":{},"conflicts":{},"look_threshold":{},"vector_threshold":{})",
      report.groups.size(), items, conflicts, number_or_null(report.look_threshold),
      number_or_null(report.vector_threshold));
  return made;
}

Analysis analyse_labels(const Gallery& gallery, const ReviewOptions& options) {
  const LabelReview review = review_labels(gallery, options);
  Analysis made;
  for (const DoubtfulItem& entry : review.items) {
    made.entries.push_back(doubtful_item_json(entry));
  }
  Json small = Json::array();
  for (const ClassCount& entry : review.small_classes) {
    small.push_back({{"class", entry.name}, {"items", entry.items}});
  }
  made.text = fmt::format(R"("total":{},"judged":{},"kept":{},"small_classes":{})",
                          review.items.size(), review.judged, review.kept, json_text(small));
  return made;
}

}  // namespace

void handle_duplicates(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const Gallery& gallery = call.service->database().gallery();
  DuplicateOptions options{.class_names = parameters.texts("class"),
                           .exact = parameters.flag("exact")};
  if (const auto threshold = parameters.number("threshold", -1, 1)) {
    if (options.exact) throw Error(ErrorCode::kUsage, "exact and threshold exclude each other");
    options.threshold = static_cast<float>(*threshold);
  }
  const Page page = page_of(parameters);
  require_classes(gallery, options.class_names);
  const std::string name =
      fmt::format("duplicates {} {}\n{}", options.exact, number_or_null(options.threshold),
                  joined(options.class_names));
  reply_page(call, name, "groups", page, [&gallery, options](const std::function<void()>& check) {
    DuplicateOptions checked = options;
    checked.traits = thumbnail_traits(gallery);
    checked.check = check;
    return analyse_duplicates(gallery, checked);
  });
}

void handle_review(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const Gallery& gallery = call.service->database().gallery();
  ReviewOptions options{.class_names = parameters.texts("class")};
  options.k = parameters.whole("k", 1, kMostVoters).value_or(options.k);
  const Page page = page_of(parameters);
  require_classes(gallery, options.class_names);
  const std::string name = fmt::format("review {}\n{}", options.k, joined(options.class_names));
  reply_page(call, name, "items", page, [&gallery, options](const std::function<void()>& check) {
    ReviewOptions checked = options;
    checked.check = check;
    return analyse_labels(gallery, checked);
  });
}

void handle_keep(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  require_fields(object, {"ids"});
  change(call, "kept", [ids = ids_of(object)](Gallery& gallery) {
    require_items(gallery, ids, "nothing was changed");
    return keep_labels(gallery, ids);
  });
}

}  // namespace simdb::server
