#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/args.h"
#include "cli/backbone_encoder.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/encoder_choice.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "simdb/digest.h"
#include "simdb/error.h"
#include "simdb/ingest.h"
#include "simdb/model_trial.h"
#include "simdb/onnx_encoder.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

constexpr std::uint64_t kDefaultMaxImageBytes = 64u << 20;  // as the limit of what is read

// How large an image file may be to be kept; 0: none is.
std::uint64_t max_image_bytes_of(const ArgumentParser& parser) {
  const bool keeps = parser.flag("keep-images");
  if (!parser.has("max-image-bytes")) return keeps ? kDefaultMaxImageBytes : 0;
  const auto bytes = parser.get<std::uint64_t>("max-image-bytes");
  if (!keeps) throw Error(ErrorCode::kUsage, "--max-image-bytes belongs to --keep-images");
  if (bytes == 0 || bytes > kMaxKeptImageBytes) {
    throw Error(ErrorCode::kUsage, fmt::format("--max-image-bytes {}: it is a number from 1 to {}",
                                               bytes, kMaxKeptImageBytes));
  }
  return bytes;
}

// Creates a database of vectors from elsewhere.
void init_space(const ArgumentParser& parser, Console& console) {
  if (parser.flag("keep-images")) {
    throw Error(ErrorCode::kUsage,
                "--keep-images keeps the files of images; with --space there are vectors only");
  }
  for (const char* other : {"encoder", "backbone", "dim"}) {
    if (parser.has(other)) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("a database has an encoder or a space: give --{} or --space, not both",
                      other));
    }
  }
  if (!parser.has("dimension")) {
    throw Error(ErrorCode::kUsage, "--space needs --dimension N, the length of its vectors");
  }
  const VectorSpace space{parser.get<std::string>("space"), parser.get<std::size_t>("dimension")};
  const DatabasePlace place = new_database_place(parser);
  const Database database = place.create(space);
  if (parser.flag("json")) {
    print_json(console.out, {{"database", place.name()},
                             {"dimension", space.dimension},
                             {"encoder", database.gallery().encoder_fingerprint()},
                             {"space", space.name}});
  } else {
    console.out << fmt::format("created {}: {} dimensions, vectors of the space {}\n",
                               printable(place.name()), space.dimension, printable(space.name));
  }
}

}  // namespace

int run_init(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "init [--encoder NAME|FILE.onnx]   or   simdb init --backbone FILE.onnx --fit DIR\n"
      "   or   simdb init --space NAME --dimension N",
      "Creates a database around an encoder: 'photo', another that comes with simdb ('simdb "
      "encoders'\nlists them), or a file that 'simdb train' made. The encoder is copied into the "
      "database, which is\nself-contained. With --space it has no encoder: its vectors come from "
      "elsewhere.");
  parser.options().add_options()("encoder", po::value<std::string>()->value_name("NAME|FILE"),
                                 "the encoder (else photo)");
  parser.options().add_options()(
      "dim", po::value<std::size_t>()->value_name("N"),
      "keep the first N floats of each embedding, for encoders that "
      "allow it ('photo': 16, 32, 64); of a backbone any multiple of 16");
  add_backbone_options(parser);
  parser.options().add_options()("space", po::value<std::string>()->value_name("NAME"),
                                 "no encoder: your name of what made the vectors (clip-vit-b32)")(
      "dimension", po::value<std::size_t>()->value_name("N"), "their length, 1 to 4096");
  parser.options().add_options()("keep-images",
                                 "keep the image files that are added ('simdb image' gives them)")(
      "max-image-bytes", po::value<std::uint64_t>()->value_name("N"),
      "but none of more than N bytes (else 67108864)");
  parser.options().add_options()("db", po::value<std::string>()->value_name("DIR|URL"),
                                 "a folder or postgresql://... (else $SIMDB_DB, else .simdb)");
  parser.with_json();
  if (!parser.parse(args, console, 0, 0)) return 0;
  require_sense(parser);
  const std::uint64_t max_image_bytes = max_image_bytes_of(parser);
  if (parser.has("space")) {
    init_space(parser, console);
    return 0;
  }
  if (parser.has("dimension")) {
    throw Error(ErrorCode::kUsage,
                "--dimension belongs to --space; --dim shortens the vectors of an encoder");
  }
  const bool is_own = parser.has("backbone");
  const std::string chosen = is_own                  ? backbone_names(parser)
                             : parser.has("encoder") ? parser.get<std::string>("encoder")
                                                     : std::string("photo");
  const DatabasePlace place = new_database_place(parser);
  if (is_own && place.exists()) {  // before minutes of work
    throw Error(ErrorCode::kUsage,
                fmt::format("can't create a database in {}: there is one already", place.name()));
  }
  const InterruptGuard interrupt;  // half a database would be in the way of the next try
  // Proves that it runs before anything is created, and does no harm.
  std::vector<std::byte> model;
  if (is_own) {
    model = make_backbone_encoder(parser, dim_of(parser), console);
    judge_encoder(model, chosen, {.check = InterruptGuard::check});
  } else {
    model = read_new_encoder(chosen, dim_of(parser));
  }
  const OnnxEncoder encoder(model, chosen);
  Database database = place.create(model, encoder.dimension());
  keep_images(database.gallery(), max_image_bytes);
  if (parser.flag("json")) {
    print_json(console.out, {{"database", place.name()},
                             {"dimension", encoder.dimension()},
                             {"encoder", encoder.fingerprint()}});
  } else {
    console.out << fmt::format("created {}: {} dimensions, encoder {} ({})\n",
                               printable(place.name()), encoder.dimension(), printable(chosen),
                               encoder.fingerprint().substr(0, 12));
  }
  InterruptGuard::check();
  return 0;
}

}  // namespace simdb::cli
