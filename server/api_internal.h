#pragma once

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/formats/json_reader.h"
#include "server/parameters.h"
#include "server/service.h"

// The handlers of the routes. Each is called on a worker and may throw what Call::fail() tells.
namespace simdb::server {

void handle_page(const Call& call);
void handle_page_script(const Call& call);
void handle_page_map_script(const Call& call);
void handle_page_style(const Call& call);
void handle_page_icon(const Call& call);

void handle_live(const Call& call);
void handle_ready(const Call& call);
void handle_metrics(const Call& call);
void handle_openapi(const Call& call);
void handle_session(const Call& call);
void handle_stats(const Call& call);
void handle_events(const Call& call);

void handle_query(const Call& call);
void handle_query_json(const Call& call);
void handle_query_batch(const Call& call);

void handle_classes(const Call& call);
void handle_rename_class(const Call& call);
void handle_delete_class(const Call& call);

void handle_items(const Call& call);
void handle_item(const Call& call);
void handle_thumbnail(const Call& call);
void handle_image(const Call& call);
void handle_neighbors(const Call& call);
void handle_add(const Call& call);
void handle_export(const Call& call);
void handle_changes(const Call& call);
void handle_import(const Call& call);
void handle_change_item(const Call& call);
void handle_change_items(const Call& call);
void handle_delete_item(const Call& call);
void handle_move_items(const Call& call);
void handle_delete_items(const Call& call);

void handle_duplicates(const Call& call);
void handle_review(const Call& call);
void handle_keep(const Call& call);
void handle_confusion(const Call& call);
void handle_map(const Call& call);
void handle_compare(const Call& call);
void handle_embeddings(const Call& call);

void handle_start_job(const Call& call);
void handle_jobs(const Call& call);
void handle_job(const Call& call);
void handle_cancel_job(const Call& call);
void handle_backup(const Call& call);

void handle_unknowns(const Call& call);
void handle_unknown_image(const Call& call);
void handle_name_unknown(const Call& call);
void handle_delete_unknowns(const Call& call);

/// The bytes of a body.
std::span<const std::byte> bytes_of(const Request& request);
/// A reader of the calling thread.
JsonReader& json_reader();
/// The body of a request that brings an image, checked as far as its first bytes tell. Throws
/// Error(kBadInput) if it is no image.
void require_image(const Request& request);

/// A list of `dimension` numbers, brought to length 1. Throws Error(kUsage), or Error(kBadInput) if
/// it has no direction.
Embedding vector_of(const simdjson::dom::element& list, std::size_t dimension);
/// Throws Error(kUsage) for a field that is not among `known`.
void require_fields(const simdjson::dom::object& object,
                    std::initializer_list<std::string_view> known);
/// The field "ids", 1 to 100,000 of them. Throws Error(kUsage).
std::vector<ItemId> ids_of(const simdjson::dom::object& object);
/// Lets the writer call `change`, and answers with {"name": what that returns} when it is
/// committed.
void change(const Call& call, std::string name, std::function<std::size_t(Gallery&)> change);

/// The fields of a body as parameters, but for those in `others`. Throws Error(kUsage).
std::vector<Parameter> parameters_of(const simdjson::dom::object& object,
                                     std::span<const std::string_view> others);
/// Throws Error(kUsage) unless there is a text of that name.
std::string text_field(const simdjson::dom::object& object, std::string_view name);

/// The file of an image, its type by its own bytes, with the ETag `tag`.
Response file_response(const Call& call, std::vector<std::byte> bytes, const std::string& tag);
/// Adds an image, forgets it among the unknowns, and answers as POST /v1/items. Throws Error(kBusy)
/// if too much waits.
void add_and_reply(const Call& call, Addition addition);
/// Keeps the picture of a query among the unknowns and answers with `json`, by a worker.
void keep_and_reply(const Call& call, std::string json, int width, int height,
                    const Embedding& embedding);

}  // namespace simdb::server
