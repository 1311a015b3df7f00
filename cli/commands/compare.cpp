#include <fmt/format.h>

#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/encoder_choice.h"
#include "cli/remote/embedding_server.h"
#include "cli/render.h"
#include "core/file_io.h"
#include "pipeline/analysis_json.h"
#include "simdb/image_codec.h"

namespace simdb::cli {
namespace {

float similarity_of(const std::string& a, const std::string& b, const ArgumentParser& parser) {
  if (auto remote = find_embedding_server(parser)) {
    const auto uri_of = [](const std::string& path) {
      return data_uri_to_send(read_file(path, ImageLimits().max_file_bytes));
    };
    const std::string answer =
        remote->post(Remote::Target("/v1/compare"), {{"a", uri_of(a)}, {"b", uri_of(b)}});
    return parse_answer(answer).at("similarity").get<float>();
  }
  const ImageLimits limits = parser.image_limits();
  const Image images[] = {load_image(a, limits).image, load_image(b, limits).image};
  const EmbeddingBatch embeddings = choose_encoder(parser)->encode(images);
  return similarity(embeddings.row(0), embeddings.row(1));
}

}  // namespace

int run_compare(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "compare IMAGE IMAGE",
      "Prints the cosine similarity of two images, from -1 to 1: the Siamese network's output.");
  add_encoder_options(parser, true);
  parser.with_image_limits().with_json();
  if (!parser.parse(args, console, 2, 2)) return 0;
  const std::string& a = parser.positional()[0];
  const std::string& b = parser.positional()[1];
  const float value = similarity_of(a, b, parser);
  if (parser.flag("json")) {
    console.out << comparison_json(a, b, value) << '\n';
  } else {
    console.out << fmt::format("{:.4f}\n", value);
  }
  return 0;
}

}  // namespace simdb::cli
