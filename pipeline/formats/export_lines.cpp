#include "pipeline/formats/export_lines.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/formats/export_format.h"
#include "pipeline/formats/item_json.h"
#include "pipeline/formats/json_text.h"

namespace simdb {

std::uint64_t write_export_lines(const Gallery& gallery, const ItemSelection& selection,
                                 const std::function<bool(std::string_view)>& sink,
                                 const std::function<void()>& check) {
  nlohmann::ordered_json header{{kExportVersionKey, kExportVersion},
                                {"dimension", gallery.dimension()},
                                {"encoder", gallery.encoder_fingerprint()}};
  if (!gallery.space().empty()) header["space"] = gallery.space();
  std::string lines = json_text(header) + '\n';
  std::uint64_t count = 0;
  if (!sink(lines)) return count;
  for_each_page(gallery, selection, [&](std::span<const ItemRecord> page) {
    check();
    const std::vector<Embedding> embeddings = embeddings_of(gallery, page);
    lines.clear();
    for (std::size_t i = 0; i < page.size(); ++i) {
      append_json_line(lines, page[i], embeddings[i].values());
    }
    count += page.size();
    return sink(lines);
  });
  return count;
}

}  // namespace simdb
