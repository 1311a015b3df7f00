#include <simdjson.h>

#include <string>

#include "pipeline/formats/json_text.h"
#include "pipeline/stats_json.h"
#include "server/api_internal.h"
#include "server/embedded_files.h"
#include "server/parameters.h"
#include "simdb/error.h"

namespace simdb::server {

std::span<const std::byte> bytes_of(const Request& request) {
  return std::as_bytes(std::span(request.body));
}

JsonReader& json_reader() {
  thread_local JsonReader reader;
  return reader;
}

void require_image(const Request& request) {
  if (!sniff_image_format(bytes_of(request))) {
    throw Unsupported(request.body.empty()
                          ? "the body is empty; it is to be the file of an image"
                          : "the body is no PNG, JPEG, WebP, GIF, TIFF, BMP, HEIC or AVIF");
  }
}

void handle_live(const Call& call) { call.reply("{\"alive\":true}"); }

void handle_ready(const Call& call) {
  if (call.service->is_ready()) return call.reply("{\"ready\":true}");
  Response response = problem(503, "busy", "the server is starting or stopping", call.request->id);
  response.fields.emplace_back("Retry-After", "1");
  call.reply(std::move(response));
}

void handle_metrics(const Call& call) {
  Service& service = *call.service;
  const GalleryStats stats = service.database().gallery().stats();
  const Metrics::Gauge gauges[] = {
      {"simdb_items", "Items in the database.", static_cast<double>(stats.items)},
      {"simdb_classes", "Classes in the database.", static_cast<double>(stats.classes)},
      {"simdb_p_value_drift",
       "Excess of small p-values in the last 1,000 answers; far above 0.04 images are no longer "
       "like the items.",
       service.metrics().drift()},
      {"simdb_disk_bytes", "Bytes that the database takes.", static_cast<double>(stats.disk_bytes)},
      {"simdb_waiting_requests", "Requests that wait for a thread.",
       static_cast<double>(service.workers().waiting())},
      {"simdb_waiting_changes", "Changes that wait for the writer.",
       static_cast<double>(service.writer().waiting())},
  };
  Response response{.content_type = "text/plain; version=0.0.4; charset=utf-8"};
  response.body = service.metrics().text(gauges);
  call.reply(std::move(response));
}

void handle_openapi(const Call& call) { call.reply(std::string(kOpenApi)); }

void handle_session(const Call& call) {
  const simdjson::dom::object object = json_reader().read_object(call.request->body);
  std::string_view code;
  if (object["code"].get(code) != simdjson::SUCCESS) {
    throw Error(ErrorCode::kUsage,
                "\"code\" is the text behind '#' in the address that 'simdb "
                "serve' printed");
  }
  const auto token = call.service->tokens().take_code(code);
  if (!token) {
    return call.reply(problem(401, "unauthorized",
                              "this code is used up or wrong; 'simdb serve' prints another",
                              call.request->id));
  }
  Response response{.fields = {{"Cache-Control", "no-store"}}};
  response.body = "{\"token\":\"" + *token + "\"}\n";
  call.reply(std::move(response));
}

void handle_stats(const Call& call) {
  Service& service = *call.service;
  const auto calibration = service.decisions().calibration();
  call.reply(stats_json(service.database(), calibration.get(), {}));
}

void handle_events(const Call& call) {
  const Parameters parameters(call.request->target.parameters);
  const auto since = parameters.whole("since", 0, UINT64_MAX);
  Response response{.content_type = "text/event-stream", .fields = {{"Cache-Control", "no-store"}}};
  response.stream =
      call.service->events().stream(since.value_or(call.service->database().gallery().changes()));
  if (!response.stream) throw Error(ErrorCode::kBusy, "too many follow the events");
  call.reply(std::move(response));
}

}  // namespace simdb::server
