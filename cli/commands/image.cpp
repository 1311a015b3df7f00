#include <ostream>

#include "cli/args.h"
#include "cli/binary_output.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/item_options.h"
#include "cli/remote/remote.h"
#include "core/printable.h"
#include "simdb/error.h"
#include "simdb/ingest.h"

namespace simdb::cli {

int run_image(std::span<const std::string> args, Console& console) {
  ArgumentParser parser("image ID",
                        "Writes the image file of an item to standard output, as it was when it "
                        "was added: 'simdb image 17\n> photo.jpg'. Only where the database keeps "
                        "images: 'simdb init --keep-images'.");
  parser.with_server();
  if (!parser.parse(args, console, 1, 1)) return 0;
  const std::string& word = parser.positional()[0];
  const ItemId id = parse_id(word);
  if (auto remote = Remote::of(parser)) {
    const ByteSink write = binary_output(console.out, "an image", "simdb image " + word);
    const std::string image =
        remote->http().ask({.target = "/v1/items/" + std::to_string(to_number(id)) + "/image"});
    write(std::as_bytes(std::span(image)));
    console.out.flush();
    return 0;
  }
  const Database database = open_database(parser, OpenMode::kReadOnly);
  const auto item = database.gallery().get(id);
  if (!item) throw Error(ErrorCode::kNotFound, "there is no item " + word);
  const ByteSink sink = binary_output(console.out, "an image", "simdb image " + word);
  const std::vector<std::byte> image = database.gallery().image(item->info.digest);
  if (image.empty()) {
    throw Error(
        ErrorCode::kNotFound,
        "the image of item " + word + " is not kept" +
            (max_kept_image_bytes(database.gallery()) > 0
                 ? ": it was larger than --max-image-bytes, or came without its file"
                 : "; a database keeps images if it was made by 'simdb init --keep-images'") +
            (item->info.source.empty() ? "" : "; it came from " + printable(item->info.source)));
  }
  sink(image);
  console.out.flush();
  return 0;
}

}  // namespace simdb::cli
