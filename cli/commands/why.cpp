#include "simdb/why.h"

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/decision_options.h"
#include "cli/input_file.h"
#include "cli/item_options.h"
#include "cli/kept_picture.h"
#include "cli/output_path.h"
#include "cli/remote/decision_request.h"
#include "cli/remote/find_server.h"
#include "cli/remote/remote.h"
#include "cli/render.h"
#include "cli/vote_options.h"
#include "cli/why_text.h"
#include "core/file_io.h"
#include "pipeline/answer_json.h"
#include "pipeline/formats/vector_reader.h"
#include "simdb/error.h"
#include "simdb/image_codec.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

// What is asked about.
struct Question {
  std::string name;
  Embedding embedding;
  std::vector<std::byte> thumbnail;
};

Question read_vector(const std::string& file, std::size_t dimension, Console& console) {
  std::optional<std::ifstream> opened;
  if (file != "-") opened = open_to_read(file);
  VectorReader reader(opened ? *opened : console.in, file, dimension);
  std::vector<float> values;
  if (!reader.next(values)) throw Error(ErrorCode::kBadInput, "there is no vector in " + file);
  Question question{reader.row_name(), Embedding::normalized(values), {}};
  if (reader.next(values)) {
    throw Error(ErrorCode::kUsage, "why explains one vector, and " + file +
                                       " has more; use 'simdb query --vectors FILE --why --json'");
  }
  return question;
}

Question read_image(const std::string& path, const Database& database, const ImageLimits& limits) {
  const ImageEncoder& encoder = database.encoder();
  SourceImage loaded = load_image(path, limits);
  return {path, encoder.encode(std::span(&loaded.image, 1)).at(0), std::move(loaded.thumbnail)};
}

int explain_remote(const ArgumentParser& parser, Remote& remote, Console& console) {
  refuse_option(parser, "image-limit", "those of the server hold");
  refuse_option(parser, "report", "it takes the pictures from the database's own folder");
  if (!parser.flag("json")) {
    throw Error(ErrorCode::kUsage, "why asks a server with --json; its page tells it in words");
  }
  if (parser.has("vectors")) {
    const std::string stats = remote.get(Remote::Target("/v1/stats"));
    const Question question =
        read_vector(parser.get<std::string>("vectors"), count_in(stats, "dimension"), console);
    Remote::Json body = decision_json(parser, question.name);
    body["vector"] = question.embedding.values();
    body["why"] = true;
    console.out << remote.post(Remote::Target("/v1/query/json"), body) << '\n';
    return 0;
  }
  const std::string& path = parser.positional().front();
  Remote::Target target = decision_target("/v1/query", parser, path);
  console.out << remote.post_image(target.with("why", "true"),
                                   read_file(path, ImageLimits().max_file_bytes))
              << '\n';
  return 0;
}

}  // namespace

int run_why(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "why IMAGE   or   simdb why --vectors FILE",
      "Tells why 'simdb query' with the same options answers as it does: the classes in question,\n"
      "which items voted, whether one of them decided, and what would make it another class.");
  parser.options().add_options()("vectors", po::value<std::string>()->value_name("FILE"),
                                 "the one row of FILE.npy, FILE.fvecs or JSON lines (- for stdin) "
                                 "instead of an image");
  add_decision_options(parser);
  parser.options().add_options()("report", po::value<std::string>()->value_name("FILE.html"),
                                 "a page with the pictures");
  parser.options().add_options()("picture", po::value<std::string>()->value_name("DECODER"),
                                 "on that page, images as the encoder sees them too; see 'simdb "
                                 "train-decoder'");
  parser.with_image_limits().with_server().with_json();
  if (!parser.parse(args, console, 0, 1)) return 0;
  QueryOptions options = decision_options(parser);
  if (parser.positional().empty() != parser.has("vectors")) {
    throw Error(ErrorCode::kUsage, parser.has("vectors")
                                       ? "why takes an image or --vectors, not both"
                                       : "an argument is missing; see 'simdb why --help'");
  }
  require_page_of_pictures(parser);
  if (parser.has("report")) output_path(parser.get<std::string>("report"));  // before the work
  if (auto remote = Remote::of(parser)) return explain_remote(parser, *remote, console);
  const Database database = open_database(parser, OpenMode::kReadOnly);
  options = with_vote_options(parser, database, std::move(options));
  require_classes(database, options.filter);
  const Question question =
      parser.has("vectors")
          ? read_vector(parser.get<std::string>("vectors"), database.gallery().dimension(), console)
          : read_image(parser.positional().front(), database, parser.image_limits());
  const auto kept = kept_pictures(parser, database.gallery().encoder_fingerprint());
  const Decider decider = make_decider(parser, database, options, console);
  const std::span<const float> embedding = question.embedding.values();
  const Answer answer = decider.answer(embedding, database.query(embedding, options));
  const Explanation why = decider.explain(embedding, answer);
  const Reasons reasons{decider, answer, why};
  if (parser.flag("json")) {
    console.out << answer_json(question.name, answer, decider, &why) << '\n';
  } else {
    print_why(console.out, reasons);
  }
  if (parser.has("report")) {
    const auto& file = parser.get<std::string>("report");
    const AskedImage asked{question.name, embedding, question.thumbnail};
    write_file_atomic(file, why_page(reasons, asked, kept ? &*kept : nullptr));
    console.err << "wrote " << printable(file) << '\n';
  }
  return 0;
}

}  // namespace simdb::cli
