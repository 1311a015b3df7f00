#pragma once

#include <span>
#include <string_view>

#include "pipeline/formats/json_reader.h"
#include "server/service.h"

// The handlers of the routes. Each is called on a worker and may throw what Call::fail() tells.
namespace simdb::server {

void handle_page(const Call& call);
void handle_page_script(const Call& call);
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
void handle_import(const Call& call);
void handle_change_item(const Call& call);
void handle_delete_item(const Call& call);
void handle_move_items(const Call& call);
void handle_delete_items(const Call& call);

/// The bytes of a body.
std::span<const std::byte> bytes_of(const Request& request);
/// A reader of the calling thread.
JsonReader& json_reader();
/// The body of a request that brings an image, checked as far as its first bytes tell. Throws
/// Error(kBadInput) if it is no image.
void require_image(const Request& request);

}  // namespace simdb::server
