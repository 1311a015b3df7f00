#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/encoder_choice.h"
#include "cli/file_failures.h"
#include "cli/image_arguments.h"
#include "cli/interrupt.h"
#include "cli/output_path.h"
#include "cli/progress_bar.h"
#include "cli/remote/embedding_server.h"
#include "cli/render.h"
#include "core/file_io.h"
#include "pipeline/formats/npy.h"
#include "simdb/encode_images.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

void print_vectors(std::ostream& out, std::span<const std::filesystem::path> paths,
                   const EncodedRun& run) {
  for (std::size_t i = 0; i < run.indices.size(); ++i) {
    print_json(out, {{"path", paths[run.indices[i]].string()}, {"vector", run.embeddings.row(i)}});
  }
}

}  // namespace

int run_embed(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "embed PATH...",
      "Writes the unit vectors of images as JSON lines {\"path\", \"vector\"}, or as a NumPy array "
      "(float32,\nimages x dimension, in the order of the images) if FILE ends in .npy. Images "
      "that "
      "can't be used\nare named on stderr and left out.");
  parser.options().add_options()("output,o", po::value<std::string>()->value_name("FILE"),
                                 "FILE.npy or FILE.jsonl instead of stdout");
  add_encoder_options(parser, true);
  parser.with_lists().with_image_limits();
  if (!parser.parse(args, console, 1, kAnyNumber)) return 0;
  const std::string output = parser.has("output") ? parser.get<std::string>("output") : "";
  const std::filesystem::path file = output.empty() ? "" : output_path(output);
  const ImageLimits limits = parser.image_limits();
  const bool numpy = output.ends_with(".npy");
  if (!output.empty() && !numpy && !output.ends_with(".jsonl")) {
    throw Error(ErrorCode::kUsage,
                "-o takes a name that ends in .npy or .jsonl, not '" + output + "'");
  }

  ImageArguments images(console);
  const std::vector<std::filesystem::path> paths = images.files(parser, parser.positional());
  const InterruptGuard interrupt;
  auto remote = find_embedding_server(parser);
  const auto encoder = remote ? nullptr : choose_encoder(parser);
  EmbeddingBatch rows(remote ? dimension_of(*remote) : encoder->dimension());
  std::ostringstream lines;
  std::vector<ImageFailure> failures;
  {
    ProgressBar bar(console, "embedding", output.empty() ? 0 : paths.size());
    const auto take = [&](const EncodedRun& run) {
      if (numpy) {
        rows.append(run.embeddings);
      } else {
        print_vectors(output.empty() ? console.out : lines, paths, run);
      }
      bar.clear();
      print_failures(console.err, run.failures);
      bar.update(run.end);
      failures.insert(failures.end(), run.failures.begin(), run.failures.end());
      return static_cast<bool>(console.out) && !InterruptGuard::requested();
    };
    if (remote) {
      embed_remote(*remote, rows.dimension(), paths, take);
    } else {
      encode_images(*encoder, list_of(paths, limits), take);
    }
  }
  InterruptGuard::check();
  if (numpy) {
    write_file_atomic(file, to_npy(rows));
  } else if (!output.empty()) {
    write_file_atomic(file, lines.view());
  }
  return images.exit_code(failures, paths.size());
}

}  // namespace simdb::cli
