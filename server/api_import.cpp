#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "pipeline/formats/import_lines.h"
#include "server/api_internal.h"
#include "simdb/error.h"

namespace simdb::server {
namespace {

constexpr std::size_t kMostLines = 10'000;

}  // namespace

// What `simdb export` wrote, one item per line; all or nothing.
void handle_import(const Call& call) {
  Gallery& gallery = call.service->database().gallery();
  std::istringstream in(call.request->body);
  ImportTarget target{gallery.encoder_fingerprint(), gallery.dimension(), gallery.space()};
  ImportReader reader(in, "the body", std::move(target));
  auto items = std::make_shared<const ImportedItems>(reader.next(kMostLines));
  if (!reader.next(1).items.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("at most {} items at a time; send the rest after them", kMostLines));
  }
  struct Counts {
    std::size_t imported = 0;
    std::size_t existing = 0;
  };
  const auto counts = std::make_shared<Counts>();
  const bool is_taken = call.service->writer().change(
      [&gallery, items, counts] {
        if (items->items.empty()) return;
        for (const AddedItem& item : gallery.add(items->items, items->embeddings)) {
          ++(item.is_new ? counts->imported : counts->existing);
        }
      },
      [call, counts](const std::exception_ptr& failure) {
        if (failure) return call.fail(failure);
        call.reply(
            fmt::format("{{\"imported\":{},\"existing\":{}}}", counts->imported, counts->existing));
      });
  if (!is_taken) throw Error(ErrorCode::kBusy, "too many changes wait; try again");
}

}  // namespace simdb::server
