#include <fmt/format.h>
#include <simdjson.h>

#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/class_name.h"
#include "core/printable.h"
#include "database/item_selection.h"
#include "pipeline/addition_json.h"
#include "pipeline/formats/item_json.h"
#include "pipeline/formats/json_text.h"
#include "pipeline/formats/metadata_json.h"
#include "pipeline/on_duplicate.h"
#include "server/api_internal.h"
#include "server/parameters.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostItems = 1000;  // of a page
constexpr std::uint64_t kPageItems = 100;
constexpr std::uint64_t kMostNeighbors = 1000;
constexpr std::size_t kMostIds = 100'000;

void append_item(std::string& json, const ItemRecord& item) {
  append_json_line(json, item);
  json.pop_back();
}

ItemRecord existing(const Call& call) {
  const ItemId id = id_of(call.path_values.at(0));
  auto item = call.service->database().gallery().get(id);
  if (!item) throw Error(ErrorCode::kNotFound, fmt::format("there is no item {}", to_number(id)));
  return *std::move(item);
}

std::string tag_of(const ItemRecord& item, std::string_view what) {
  return fmt::format("\"{}-{}-{}\"", what, to_number(item.id),
                     to_hex(item.info.digest).substr(0, 16));
}

OnDuplicate on_duplicate_of(const Parameters& parameters) {
  const std::string_view word = parameters.text("on-duplicate").value_or("warn");
  if (const auto value = parse_on_duplicate(word)) return *value;
  throw Error(ErrorCode::kUsage,
              "on-duplicate is add, skip, warn or refuse, not '" + printable(word) + "'");
}

// A picture that has a name now waits for none. That it can't be removed harms no item.
void forget_unknown(const Call& call, const Sha256& digest) {
  try {
    call.service->unknowns().forget(digest);
  } catch (const Error& error) {
    call.service->log("warning", call.request->id, error.what());
  }
}

}  // namespace

std::string text_field(const simdjson::dom::object& object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) {
    throw Error(ErrorCode::kUsage, fmt::format("\"{}\" is a text, and it is missing", name));
  }
  return std::string(text);
}

Response file_response(const Call& call, std::vector<std::byte> bytes, const std::string& tag) {
  Response response{.content_type = "application/octet-stream"};
  constexpr std::pair<ImageFormat, const char*> kTypes[] = {
      {ImageFormat::kPng, "image/png"},   {ImageFormat::kJpeg, "image/jpeg"},
      {ImageFormat::kBmp, "image/bmp"},   {ImageFormat::kWebp, "image/webp"},
      {ImageFormat::kGif, "image/gif"},   {ImageFormat::kTiff, "image/tiff"},
      {ImageFormat::kHeif, "image/heif"},
  };
  const auto format = sniff_image_format(bytes);
  for (const auto& [known, type] : kTypes) {
    if (format == known) response.content_type = type;
  }
  response.fields.emplace_back("ETag", tag);
  response.fields.emplace_back("Cache-Control", "private, no-cache");
  if (call.request->head.field("if-none-match") == tag) {
    response.status = 304;
    return response;
  }
  response.body.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return response;
}

std::vector<ItemId> ids_of(const simdjson::dom::object& object) {
  simdjson::dom::array list;
  if (object["ids"].get(list) != simdjson::SUCCESS || list.size() == 0 || list.size() > kMostIds) {
    throw Error(ErrorCode::kUsage, fmt::format("\"ids\" is a list of 1 to {} ids", kMostIds));
  }
  std::vector<ItemId> ids;
  for (const simdjson::dom::element entry : list) {
    std::uint64_t id = 0;
    if (entry.get(id) != simdjson::SUCCESS) throw Error(ErrorCode::kUsage, "an id is a number");
    ids.push_back(ItemId{id});
  }
  return ids;
}

void require_fields(const simdjson::dom::object& object,
                    std::initializer_list<std::string_view> known) {
  for (const auto [name, value] : object) {
    if (std::ranges::find(known, name) == known.end()) {
      throw Error(ErrorCode::kUsage, fmt::format("there is no field \"{}\" here", printable(name)));
    }
  }
}

void change(const Call& call, std::string name, std::function<std::size_t(Gallery&)> change) {
  const auto count = std::make_shared<std::size_t>(0);
  Gallery& gallery = call.service->database().gallery();
  const bool is_taken = call.service->writer().change(
      [&gallery, count, change = std::move(change)] { *count = change(gallery); },
      [call, count, name = std::move(name)](const std::exception_ptr& failure) {
        if (failure) return call.fail(failure);
        call.reply(fmt::format("{{\"{}\":{}}}", name, *count));
      });
  if (!is_taken) throw Error(ErrorCode::kBusy, "too many changes wait; try again");
}

void handle_items(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const SearchFilter filter = filter_of(parameters);
  const ItemId after{parameters.whole("after", 0, UINT64_MAX).value_or(0)};
  const std::uint64_t limit = parameters.whole("limit", 1, kMostItems).value_or(kPageItems);
  const Gallery& gallery = call.service->database().gallery();
  const std::vector<ItemRecord> page = gallery.items_after(after, limit, filter);
  std::string json = "{\"items\":[";
  for (const ItemRecord& item : page) {
    if (&item != page.data()) json += ',';
    append_item(json, item);
  }
  const bool is_last = page.size() < limit;
  json +=
      fmt::format("],\"next\":{}}}", is_last ? "null" : std::to_string(to_number(page.back().id)));
  call.reply(std::move(json));
}

void handle_item(const Call& call) {
  std::string json;
  append_item(json, existing(call));
  call.reply(std::move(json));
}

void handle_thumbnail(const Call& call) {
  const ItemRecord item = existing(call);
  std::vector<std::byte> bytes = call.service->database().gallery().thumbnail(item.id);
  if (bytes.empty()) throw Error(ErrorCode::kNotFound, "this item has no thumbnail");
  call.reply(file_response(call, std::move(bytes), tag_of(item, "t")));
}

void handle_image(const Call& call) {
  const ItemRecord item = existing(call);
  std::vector<std::byte> bytes = call.service->database().gallery().image(item.info.digest);
  if (bytes.empty()) {
    throw Error(ErrorCode::kNotFound,
                "the file of this item is not kept here; 'simdb init --keep-images' keeps them");
  }
  call.reply(file_response(call, std::move(bytes), tag_of(item, "i")));
}

void handle_neighbors(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const std::uint64_t k = parameters.whole("k", 1, kMostNeighbors).value_or(10);
  const ItemRecord item = existing(call);
  const Gallery& gallery = call.service->database().gallery();
  const auto embedding = gallery.embedding(item.id);
  std::string json = "{\"neighbors\":[";
  std::size_t count = 0;
  if (embedding) {
    for (const LabeledNeighbor& hit : gallery.look_up(embedding->values(), {.k = k + 1})) {
      if (hit.id == item.id || count == k) continue;
      if (count++ > 0) json += ',';
      json += json_text({{"id", to_number(hit.id)},
                         {"class", hit.class_name},
                         {"similarity", hit.similarity},
                         {"source", hit.source}});
    }
  }
  call.reply(json + "]}");
}

void add_and_reply(const Call& call, Addition addition) {
  const std::string name = addition.label.class_name;
  const Sha256 digest = addition.image.digest;
  const bool is_taken = call.service->writer().add(
      std::move(addition),
      [call, name, digest](const AdditionResult* result, const std::exception_ptr& problem) {
        if (result == nullptr) return call.fail(problem);
        call.guard([&] {
          const AddedItem& added = result->added;
          if (added.id != ItemId{}) forget_unknown(call, digest);
          call.reply(
              addition_json({}, name, added, result->duplicate ? &*result->duplicate : nullptr),
              added.is_new ? 201 : 200);
        });
      });
  if (!is_taken) throw Error(ErrorCode::kBusy, "too many changes wait; try again");
}

void handle_add(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  require_image(*call.request);
  const auto addition = std::make_shared<Addition>();
  ImageLabel& label = addition->label;
  label.class_name = parameters.required("class");
  label.key = parameters.text("key").value_or("");
  for (const std::string& word : parameters.texts("meta")) label.metadata.insert(parse_field(word));
  require_label(label);
  addition->on_duplicate = on_duplicate_of(parameters);
  const std::span<const std::byte> bytes = bytes_of(*call.request);
  addition->bytes.assign(bytes.begin(), bytes.end());
  addition->image = source_image(bytes, "the image", call.service->options().limits);
  addition->image.source.clear();
  Image pixels = std::move(addition->image.image);
  addition->image.image = {pixels.width, pixels.height, pixels.channels, {}};
  call.service->encoder().encode(
      std::move(pixels),
      [call, addition](const Embedding* embedding, const std::exception_ptr& failure) {
        if (embedding == nullptr) return call.fail(failure);
        addition->embedding.assign(embedding->values().begin(), embedding->values().end());
        call.guard([&] { add_and_reply(call, std::move(*addition)); });
      });
}

namespace {

ItemChange change_in(const simdjson::dom::object& object) {
  ItemChange change_asked;
  if (object["class"].error() == simdjson::SUCCESS)
    change_asked.class_name = text_field(object, "class");
  if (object["key"].error() == simdjson::SUCCESS) change_asked.key = text_field(object, "key");
  simdjson::dom::element set;
  if (object["set"].get(set) == simdjson::SUCCESS) change_asked.set = metadata_from_json(set);
  simdjson::dom::array unset;
  if (object["unset"].get(unset) == simdjson::SUCCESS) {
    for (const simdjson::dom::element name : unset) {
      change_asked.unset.push_back(read_text("unset", name));
    }
  }
  return change_asked;
}

void change_items(const Call& call, std::vector<ItemId> ids, ItemChange asked) {
  change(call, "changed", [ids = std::move(ids), asked = std::move(asked)](Gallery& gallery) {
    require_items(gallery, ids, "nothing was changed");
    return gallery.update(ids, asked);
  });
}

}  // namespace

void handle_change_item(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  require_fields(object, {"class", "key", "set", "unset"});
  change_items(call, {id_of(call.path_values.at(0))}, change_in(object));
}

void handle_change_items(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  require_fields(object, {"ids", "class", "key", "set", "unset"});
  change_items(call, ids_of(object), change_in(object));
}

void handle_delete_item(const Call& call) {
  const ItemId id = id_of(call.path_values.at(0));
  change(call, "removed", [id](Gallery& gallery) {
    require_items(gallery, std::span(&id, 1), "nothing was removed");
    return gallery.remove(std::span(&id, 1));
  });
}

void handle_move_items(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  require_fields(object, {"ids", "class"});
  const std::string to = text_field(object, "class");
  require_class_name(to);
  change(call, "moved", [ids = ids_of(object), to](Gallery& gallery) {
    require_items(gallery, ids, "nothing was moved");
    return gallery.update(ids, {.class_name = to});
  });
}

void handle_delete_items(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  require_fields(object, {"ids"});
  change(call, "removed", [ids = ids_of(object)](Gallery& gallery) {
    require_items(gallery, ids, "nothing was removed");
    return gallery.remove(ids);
  });
}

// With `by` the values of a field, as `simdb classes --by` has them.
void handle_classes(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const SearchFilter filter = filter_of(parameters);
  const auto field = parameters.text("by");
  if (field) {
    Json values = Json::array();
    for (const MetadataCount& entry :
         call.service->database().gallery().count_by(std::string(*field), filter)) {
      values.push_back({{"value", to_json(entry.value)}, {"items", entry.items}});
    }
    return call.reply(json_text({{"values", std::move(values)}}));
  }
  if (!filter.class_names.empty() || !filter.where.empty()) {
    throw Error(ErrorCode::kUsage, "class and where belong to by");
  }
  std::string json = "{\"classes\":[";
  for (const ClassCount& entry : call.service->database().gallery().classes()) {
    if (json.back() == '}') json += ',';
    json += json_text({{"class", entry.name}, {"items", entry.items}});
  }
  call.reply(json + "]}");
}

void handle_rename_class(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  require_fields(object, {"from", "to", "merge"});
  const std::string from = text_field(object, "from");
  const std::string to = text_field(object, "to");
  require_class_name(to);
  bool merge = false;
  if (object["merge"].error() == simdjson::SUCCESS &&
      object["merge"].get(merge) != simdjson::SUCCESS) {
    throw Error(ErrorCode::kUsage, "\"merge\" is true or false");
  }
  change(call, "moved", [from, to, merge](Gallery& gallery) {
    if (gallery.class_size(from) == 0) {
      throw Error(ErrorCode::kNotFound, "there is no class '" + printable(from) + "'");
    }
    if (!merge && gallery.class_size(to) > 0) {
      throw Conflict("there is a class '" + printable(to) +
                     "' already; with \"merge\": true the two become one");
    }
    return gallery.rename_class(from, to);
  });
}

void handle_delete_class(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  require_fields(object, {"class"});
  change(call, "removed", [name = text_field(object, "class")](Gallery& gallery) {
    const std::size_t removed = gallery.remove_class(name);
    if (removed == 0) {
      throw Error(ErrorCode::kNotFound, "there is no class '" + printable(name) + "'");
    }
    return removed;
  });
}

}  // namespace simdb::server
