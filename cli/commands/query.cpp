#include <fmt/format.h>

#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <fstream>
#include <optional>
#include <ostream>

#include "cli/args.h"
#include "cli/commands/commands.h"
#include "cli/database_path.h"
#include "cli/decision_options.h"
#include "cli/decision_text.h"
#include "cli/file_failures.h"
#include "cli/image_arguments.h"
#include "cli/input_file.h"
#include "cli/item_options.h"
#include "cli/render.h"
#include "cli/vote_options.h"
#include "pipeline/answer_json.h"
#include "pipeline/formats/vector_reader.h"
#include "simdb/encode_images.h"
#include "simdb/error.h"

namespace simdb::cli {
namespace po = boost::program_options;
namespace {

// Vectors that are read, and asked on all cores, before their answers are printed.
constexpr std::size_t kVectorsAtOnce = 256;

void print_details(std::ostream& out, const Prediction& prediction) {
  if (prediction.neighbors.empty()) return;
  out << "\n  similarity     id  class and source\n";
  for (const LabeledNeighbor& neighbor : prediction.neighbors) {
    out << fmt::format("  {:>10.4f} {:>6}  {}  {}\n", neighbor.similarity, to_number(neighbor.id),
                       printable(neighbor.class_name), printable(neighbor.source));
  }
}

// Prints answers as the options say. Copies nothing; all must outlive it.
class Answers {
 public:
  Answers(const ArgumentParser& parser, const Decider& decider, std::ostream& out)
      : decider_(decider), as_json_(parser.flag("json")), why_(parser.flag("why")), out_(out) {}

  /// `alone`: there is no other.
  void print(const std::string& name, std::span<const float> embedding, const Answer& answer,
             bool alone) const {
    if (why_) {
      const Explanation why = decider_.explain(embedding, answer);
      out_ << answer_json(name, answer, decider_, &why) << '\n';
    } else if (as_json_) {
      out_ << answer_json(name, answer, decider_) << '\n';
    } else if (alone) {
      out_ << answer_text(answer, decider_) << '\n';
      print_details(out_, answer.prediction);
    } else {
      out_ << fmt::format("{:<24} {}\n", answer_text(answer, decider_), printable(name));
    }
  }

 private:
  const Decider& decider_;
  bool as_json_;
  bool why_;
  std::ostream& out_;
};

int query_images(const ArgumentParser& parser, QueryOptions options, Console& console) {
  const ImageLimits limits = parser.image_limits();
  ImageArguments images(console);
  const std::vector<std::filesystem::path> paths = images.files(parser, parser.positional());
  const Database database = open_database(parser, OpenMode::kReadOnly);
  options = with_vote_options(parser, database, std::move(options));
  require_classes(database, options.filter);
  const Decider decider = make_decider(parser, database, options, console);
  const Answers answers(parser, decider, console.out);
  std::vector<ImageFailure> failures;
  encode_images(database.encoder(), list_of(paths, limits), [&](EncodedRun& run) {
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      const std::span<const float> embedding = run.embeddings.row(i);
      answers.print(paths[run.indices[i]].string(), embedding,
                    decider.answer(embedding, database.query(embedding, options)),
                    paths.size() == 1);
    }
    console.out.flush();
    print_failures(console.err, run.failures);
    failures.insert(failures.end(), run.failures.begin(), run.failures.end());
    return static_cast<bool>(console.out);
  });
  return images.exit_code(failures, paths.size());
}

// Some rows of a file of vectors. Names and rows of `embeddings` belong together.
struct VectorRun {
  explicit VectorRun(std::size_t dimension) : embeddings(dimension) {}

  std::vector<std::string> names;
  EmbeddingBatch embeddings;
  std::vector<ImageFailure> failures;
  bool is_last = false;
};

VectorRun read_vectors(VectorReader& reader, std::size_t dimension) {
  VectorRun run(dimension);
  std::vector<float> values;
  while (!run.is_last && run.names.size() + run.failures.size() < kVectorsAtOnce) {
    try {
      run.is_last = !reader.next(values);
      if (run.is_last) break;
    } catch (const Error& e) {
      run.failures.push_back({0, e.code(), e.what()});
      continue;
    }
    try {
      run.embeddings.append_normalized(values);
      run.names.push_back(reader.row_name());
    } catch (const Error& e) {
      run.failures.push_back({0, e.code(), reader.row_name() + ": " + e.what()});
    }
  }
  return run;
}

int query_vectors(const ArgumentParser& parser, QueryOptions options, Console& console) {
  const auto& file = parser.get<std::string>("vectors");
  std::optional<std::ifstream> opened;
  if (file != "-") opened = open_to_read(file);
  const Database database = open_database(parser, OpenMode::kReadOnly);
  options = with_vote_options(parser, database, std::move(options));
  require_classes(database, options.filter);
  const Decider decider = make_decider(parser, database, options, console);
  const Answers answers(parser, decider, console.out);
  const std::size_t dimension = database.gallery().dimension();
  VectorReader reader(opened ? *opened : console.in, file, dimension);
  std::vector<ImageFailure> failures;
  std::size_t total = 0;
  for (bool goes_on = true; goes_on && console.out;) {
    const VectorRun run = read_vectors(reader, dimension);
    goes_on = !run.is_last;
    total += run.names.size() + run.failures.size();
    const std::vector<Answer> decided =
        decider.answers(run.embeddings, database.query_batch(run.embeddings, options));
    for (std::size_t i = 0; i < decided.size(); ++i) {
      answers.print(run.names[i], run.embeddings.row(i), decided[i], total == 1 && run.is_last);
    }
    console.out.flush();
    print_failures(console.err, run.failures);
    failures.insert(failures.end(), run.failures.begin(), run.failures.end());
  }
  if (total == 0) throw Error(ErrorCode::kBadInput, "there is no vector in " + file);
  return exit_code(failures, total);
}

}  // namespace

int run_query(std::span<const std::string> args, Console& console) {
  ArgumentParser parser(
      "query PATH...   or   simdb query --vectors FILE",
      "Classifies images by a similarity-weighted vote of their nearest neighbours. PATH is a "
      "file,\na folder or - for a list on stdin. One image is answered with its neighbours, many "
      "with\na line each: class, confidence, path. So are vectors, row i as FILE:i.");
  parser.options().add_options()(
      "vectors", po::value<std::string>()->value_name("FILE"),
      "rows of FILE.npy, .fvecs or JSON lines (- for stdin), not images");
  add_decision_options(parser);
  parser.options().add_options()("why", "with --json: the reasons too, see 'simdb why'");
  parser.with_lists().with_image_limits().with_database().with_json();
  if (!parser.parse(args, console, 0, kAnyNumber)) return 0;
  const QueryOptions options = decision_options(parser);
  if (parser.flag("why") && !parser.flag("json")) {
    throw Error(ErrorCode::kUsage,
                "--why comes with --json; 'simdb why IMAGE' tells it as text or a page");
  }
  const bool has_images = !parser.positional().empty() || parser.has("files-from");
  if (has_images == parser.has("vectors")) {
    throw Error(ErrorCode::kUsage, has_images ? "query takes images or --vectors, not both"
                                              : "an argument is missing; see 'simdb query --help'");
  }
  return has_images ? query_images(parser, options, console)
                    : query_vectors(parser, options, console);
}

}  // namespace simdb::cli
