#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "pipeline/formats/json_text.h"
#include "server/api_internal.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

// Not the database's own name: no answer tells where it lies.
std::string named_by_time() {
  using std::chrono::duration_cast;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::string time = iso_time(duration_cast<std::chrono::seconds>(now).count() * 1000);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return "simdb-" + time + ".simdb-backup";
}

}  // namespace

void handle_backup(const Call& call) {
  const bool is_begun = call.service->backups().start([call](std::shared_ptr<BodyStream> stream,
                                                             const std::exception_ptr& failure) {
    if (!stream) return call.fail(failure);
    Response response{.content_type = "application/octet-stream"};
    response.fields = {{"Content-Disposition", "attachment; filename=\"" + named_by_time() + '"'},
                       {"Cache-Control", "no-store"}};
    response.stream = std::move(stream);
    call.reply(std::move(response));
  });
  if (!is_begun) throw Error(ErrorCode::kBusy, "other backups are on their way; try again");
}

}  // namespace simdb::server
