#include <fmt/format.h>

#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/encoder_choice.h"
#include "cli/render.h"
#include "pipeline/analysis_json.h"
#include "simdb/image_codec.h"

namespace simdb::cli {

int run_compare(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "compare A B",
      "Prints the cosine similarity of two images, from -1 to 1: the Siamese network's output.");
  add_encoder_options(parser);
  parser.with_image_limits().with_json();
  if (!parser.parse(args, console, 2, 2)) return 0;
  const std::string& a = parser.positional()[0];
  const std::string& b = parser.positional()[1];
  const ImageLimits limits = parser.image_limits();
  const Image images[] = {load_image(a, limits).image, load_image(b, limits).image};
  const EmbeddingBatch embeddings = choose_encoder(parser)->encode(images);
  const float value = similarity(embeddings.row(0), embeddings.row(1));
  if (parser.flag("json")) {
    console.out << comparison_json(a, b, value) << '\n';
  } else {
    console.out << fmt::format("{:.4f}\n", value);
  }
  return 0;
}

}  // namespace simdb::cli
